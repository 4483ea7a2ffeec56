package io.keyway.ike.crypto.cert;

import java.time.Instant;

/** What is known about the revocation of one certificate. */
sealed interface RevocationStatus {

  /** Its authority says that it is good. */
  record Good() implements RevocationStatus {}

  /** Its authority revoked it. */
  record Revoked(Instant since, String how) implements RevocationStatus {}

  /**
   * Nobody could be asked.
   *
   * @param addressed the certificate says where to ask
   */
  record Unknown(String reason, boolean addressed) implements RevocationStatus {}
}
