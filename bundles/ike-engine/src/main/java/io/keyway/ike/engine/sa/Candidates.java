package io.keyway.ike.engine.sa;

import io.keyway.api.crypto.IkeProposal;
import io.keyway.api.ike.Identity;
import java.util.Collection;
import java.util.List;
import java.util.Optional;

/**
 * The connections that a first message may mean: its addresses fit, and who the peer is comes
 * later. There may be as many of them as there are sites, so nothing here is a walk over all.
 */
public interface Candidates {

  /** What may be negotiated, in order of preference. */
  List<IkeProposal> proposals();

  /** The authorities of those that want a certificate of the peer; a few lists, one for each. */
  Collection<List<String>> authorities();

  /** Whether any of them has post-quantum pre-shared keys (RFC 8784). */
  boolean usePpk();

  /** Where all of them send their peers, so that this need not wait for the peer's identity. */
  Optional<String> redirect();

  /** Stands for all of them while the peer is unknown: in the log, in the status. */
  Connection anyOne();

  /** Those that expect a peer of this identity, closest fit first. */
  List<Connection> expecting(Identity peer);
}
