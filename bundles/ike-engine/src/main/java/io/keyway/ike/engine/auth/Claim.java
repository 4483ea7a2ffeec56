package io.keyway.ike.engine.auth;

import io.keyway.api.ike.Identity;
import io.keyway.ike.crypto.Prf;
import io.keyway.ike.crypto.SignedOctets;
import io.keyway.ike.crypto.sign.HashId;
import java.util.Set;

/**
 * Who we say we are, to be proved.
 *
 * @param prf of the IKE SA
 * @param octets what our AUTH covers
 * @param identity in our ID payload
 * @param peerHashes of the peer's SIGNATURE_HASH_ALGORITHMS; empty: it does not do RFC 7427
 */
public record Claim(Prf prf, SignedOctets octets, Identity identity, Set<HashId> peerHashes) {
  public Claim {
    peerHashes = Set.copyOf(peerHashes);
  }
}
