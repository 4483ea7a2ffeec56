package io.keyway.ike.engine.resume;

/** What a ticket that a peer presents turned out to be. */
public sealed interface OpenedTicket {

  /** One of ours. Whoever gets it owns the session. */
  record Good(Session session) implements OpenedTicket {}

  /** Of no use. */
  record Refused(Why why) implements OpenedTicket {}

  /** Why a ticket is of no use; each has a counter. */
  enum Why {
    /** No ticket of ours, or of a version that is not known here. */
    MALFORMED("it is no ticket of ours"),
    /** The key is another gateway's, or too old. */
    UNKNOWN_KEY("it is sealed with a key that is not known here, or not any more"),
    /** Changed on its way, or made up. */
    FORGED("it was forged"),
    EXPIRED("it has expired"),
    /** Used before, or its IKE SA was ended on purpose. */
    SPENT("it was used before, or its IKE SA was ended"),
    /** The configuration does not permit it any more. */
    NOT_PERMITTED("the configuration does not permit it any more"),
    /** What the peer proved itself with was withdrawn. */
    WITHDRAWN("the peer's credentials were withdrawn");

    private final String words;

    Why(String words) {
      this.words = words;
    }

    /** In words, behind "ticket refused: ". */
    public String words() {
      return words;
    }

    /** Such as {@code ike-tickets-refused-unknown-key}. */
    public String counter() {
      return "ike-tickets-refused-" + name().toLowerCase(java.util.Locale.ROOT).replace('_', '-');
    }
  }
}
