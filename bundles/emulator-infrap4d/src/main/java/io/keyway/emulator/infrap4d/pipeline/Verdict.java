package io.keyway.emulator.infrap4d.pipeline;

/**
 * What became of a packet that a host handed over.
 *
 * @param reason empty unless dropped
 */
public record Verdict(Kind kind, String reason) {

  /** The four ways. */
  public enum Kind {
    PROTECTED,
    CLEAR,
    HELD,
    DROPPED
  }

  static final Verdict PROTECTED = new Verdict(Kind.PROTECTED, "");
  static final Verdict CLEAR = new Verdict(Kind.CLEAR, "");
  static final Verdict HELD = new Verdict(Kind.HELD, "");

  static Verdict dropped(String reason) {
    return new Verdict(Kind.DROPPED, reason);
  }
}
