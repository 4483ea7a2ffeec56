package io.keyway.secrets;

/** The file cannot be used as it is; the message names cause and cure and holds no secret. */
public final class StoreUnusableException extends IllegalStateException {
  private static final long serialVersionUID = 1L;

  StoreUnusableException(String message) {
    super(message);
  }

  StoreUnusableException(String message, Throwable cause) {
    super(message, cause);
  }
}
