package io.keyway.ike.engine.eap;

import io.keyway.api.key.SecretBytes;
import io.keyway.ike.message.Octets;
import java.util.Optional;

/** What a method says to a packet. */
public sealed interface EapStep {

  /**
   * It goes on with another packet.
   *
   * @param data after the type
   */
  record Send(Octets data) implements EapStep {}

  /**
   * The other side proved what there is to prove.
   *
   * @param last as peer what is still to be said, before the server tells of success
   * @param key the MSK, ownership passes; absent with methods that make none
   */
  record Done(Optional<Octets> last, Optional<SecretBytes> key) implements EapStep {}

  /**
   * It failed.
   *
   * @param reason cause and cure; nothing secret
   * @param guess whether a secret may be being guessed, so that the answer is not hurried
   */
  record Failed(String reason, boolean guess) implements EapStep {}

  /**
   * The secret is wrong: the server lets the peer try again, the peer acknowledges that it does
   * not.
   *
   * @param data after the type
   * @param reason for the log
   */
  record Retry(Octets data, String reason) implements EapStep {}
}
