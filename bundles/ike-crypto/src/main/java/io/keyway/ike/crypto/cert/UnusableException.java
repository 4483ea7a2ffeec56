package io.keyway.ike.crypto.cert;

/** A certificate, key or list cannot be read; the message says why and what to do, without keys. */
public final class UnusableException extends Exception {
  private static final long serialVersionUID = 1L;

  public UnusableException(String message) {
    super(message);
  }
}
