package io.keyway.plane.support.tls;

/**
 * TLS files that cannot be used; the message names the setting, the file, the cause and the cure.
 */
public final class TlsFileException extends Exception {
  private static final long serialVersionUID = 1L;

  TlsFileException(String message) {
    super(message);
  }
}
