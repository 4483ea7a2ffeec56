package io.keyway.it.demo;

/** Something was not as it should be. */
public final class Failed extends Exception {
  private static final long serialVersionUID = 1;

  /** Says what. */
  public Failed(String message) {
    super(message);
  }
}
