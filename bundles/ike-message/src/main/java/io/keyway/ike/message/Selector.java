package io.keyway.ike.message;

/** One traffic selector (RFC 7296 section 3.13.1). */
public sealed interface Selector {

  /**
   * An address range of either family.
   *
   * @param protocol IP protocol, 0 for any
   * @param startPort first port; 65535 with {@code endPort} 0 stands for OPAQUE
   * @param start 4 or 16 octets
   * @param end as long as {@code start} and not below it
   */
  record AddressRange(int protocol, int startPort, int endPort, Octets start, Octets end)
      implements Selector {
    public AddressRange {
      if (start.length() != end.length() || start.length() != 4 && start.length() != 16) {
        throw new IllegalArgumentException("an address range takes two addresses of one family");
      }
    }

    public boolean isIpv4() {
      return start.length() == 4;
    }
  }

  /** A selector type that is not known here: it matches nothing. */
  record Other(int type, int protocol, Octets body) implements Selector {}
}
