package io.keyway.plane.support.settings;

/** A setting cannot be used; the message names the leaf, what is wrong with it, and the cure. */
public final class SettingsException extends Exception {
  private static final long serialVersionUID = 1L;

  public SettingsException(String message) {
    super(message);
  }
}
