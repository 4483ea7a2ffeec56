package io.keyway.plane.support.tls;

import java.security.cert.CertificateException;

/** We do not take the device's certificate; the message says why, and who has to do what. */
public final class PeerRefused extends CertificateException {
  private static final long serialVersionUID = 1L;

  PeerRefused(String message, Throwable cause) {
    super(message, cause);
  }
}
