package io.keyway.api;

import java.util.Objects;

/**
 * What became of one item of a request. Nothing is reported as done that was not confirmed.
 *
 * @param kind the closed set of answers
 * @param reason for people: what was wrong, where, and what to do; empty when all is well
 */
public record Outcome(Kind kind, String reason) {

  /** The closed set of answers to one item. */
  public enum Kind {
    /** Done and confirmed. */
    OK,
    /** It was so before; nothing was changed. */
    SAME,
    /** Something else holds the place; nothing was changed. */
    CONFLICT,
    /** There is no such thing. For a removal that is as good as OK. */
    ABSENT,
    /** No room; nothing was changed. */
    FULL,
    /** It will not be done, and trying again does not help; nothing was changed. */
    REFUSED,
    /** It could not be done now (plane down, bundle missing); nothing was changed. */
    UNAVAILABLE,
    /** The answer was lost: it may or may not have been done. */
    UNKNOWN
  }

  private static final Outcome OK = new Outcome(Kind.OK, "");
  private static final Outcome SAME = new Outcome(Kind.SAME, "");

  public Outcome {
    Objects.requireNonNull(kind, "kind");
    Objects.requireNonNull(reason, "reason");
  }

  public static Outcome ok() {
    return OK;
  }

  public static Outcome same() {
    return SAME;
  }

  public static Outcome conflict(String reason) {
    return new Outcome(Kind.CONFLICT, reason);
  }

  public static Outcome absent(String reason) {
    return new Outcome(Kind.ABSENT, reason);
  }

  public static Outcome full(String reason) {
    return new Outcome(Kind.FULL, reason);
  }

  public static Outcome refused(String reason) {
    return new Outcome(Kind.REFUSED, reason);
  }

  public static Outcome unavailable(String reason) {
    return new Outcome(Kind.UNAVAILABLE, reason);
  }

  public static Outcome unknown(String reason) {
    return new Outcome(Kind.UNKNOWN, reason);
  }

  /** OK or SAME: the thing is as it was asked for. */
  public boolean done() {
    return kind == Kind.OK || kind == Kind.SAME;
  }

  /** OK, SAME or ABSENT: after a removal nothing is left. */
  public boolean gone() {
    return done() || kind == Kind.ABSENT;
  }
}
