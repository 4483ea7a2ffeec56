package io.keyway.plane.infrap4d.device;

/**
 * What the device says about one change of a row.
 *
 * @param reason for people; empty when done
 */
public record RowResult(Kind kind, String reason) {

  /** The closed set of answers. */
  public enum Kind {
    DONE,
    /** Insert of a row that is there. */
    EXISTS,
    /** Modify or delete of a row that is not there. */
    MISSING,
    /** No room. */
    FULL,
    /** Not done; trying again may help. */
    UNAVAILABLE,
    /** Not done; trying again does not help. */
    REFUSED,
    /** No answer: done or not. */
    UNKNOWN
  }

  public static final RowResult DONE = new RowResult(Kind.DONE, "");

  public boolean done() {
    return kind == Kind.DONE;
  }
}
