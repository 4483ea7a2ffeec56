package io.keyway.ike.crypto;

/** An algorithm that Keyway must have is computed correctly by no provider of this machine. */
public final class CryptoUnavailableException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  CryptoUnavailableException(String message) {
    super(message);
  }
}
