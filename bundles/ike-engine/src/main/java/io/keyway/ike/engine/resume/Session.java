package io.keyway.ike.engine.resume;

import io.keyway.api.ike.Identity;
import io.keyway.api.key.SecretBytes;
import java.time.Instant;
import java.util.Objects;

/**
 * What an IKE SA leaves for the one that resumes it (RFC 5723 section 5). Whoever holds the object
 * owns SK_d and closes it.
 *
 * @param uid of the IKE SA that the ticket was granted on; stays across its rekeys
 * @param connection its name, 1 to 255 octets in UTF-8
 * @param proposal algorithms in strongSwan's words; they are used again
 * @param initiator what IDi said, which it must say again
 * @param responder what IDr said, which it must say again
 * @param peer who the other side proved to be; with EAP not what its ID payload said
 * @param ppkId PPK_ID of what is mixed into SK_d; empty for nothing
 * @param terms stands for what is configured about authentication
 * @param standing stands for the credentials that the peer proved itself with
 * @param authenticated when the peers proved last who they are
 * @param expires from then on the ticket is of no use
 * @param skD the only secret
 */
public record Session(
    String uid,
    String connection,
    String proposal,
    Identity initiator,
    Identity responder,
    Identity peer,
    String ppkId,
    Terms terms,
    Standing standing,
    Instant authenticated,
    Instant expires,
    SecretBytes skD)
    implements AutoCloseable {

  public Session {
    Objects.requireNonNull(terms, "terms");
    Objects.requireNonNull(standing, "standing");
    Objects.requireNonNull(skD, "skD");
  }

  /** The same with another copy of the key; ownership of that passes. */
  Session with(SecretBytes copy) {
    return new Session(
        uid,
        connection,
        proposal,
        initiator,
        responder,
        peer,
        ppkId,
        terms,
        standing,
        authenticated,
        expires,
        copy);
  }

  /** Wipes SK_d. */
  @Override
  public void close() {
    skD.close();
  }

  /** Never the key. */
  @Override
  public String toString() {
    return "Session[" + connection + " of '" + peer + "', until " + expires + "]";
  }
}
