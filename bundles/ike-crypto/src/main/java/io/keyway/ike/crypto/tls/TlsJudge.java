package io.keyway.ike.crypto.tls;

import java.security.cert.X509Certificate;
import java.util.List;
import java.util.Optional;

/** Says whether the peer's certificates are good. Called in the middle of a handshake. */
public interface TlsJudge {

  /**
   * Why they are not.
   *
   * @param alert description of TLS (RFC 8446 section 6.2), such as 48 for an unknown authority
   * @param reason for people
   */
  record Rejection(int alert, String reason) {}

  /**
   * Looks at a chain whose key still has to prove itself.
   *
   * @param chain the peer's own first; not empty
   * @return empty when it is good
   */
  Optional<Rejection> judge(List<X509Certificate> chain);
}
