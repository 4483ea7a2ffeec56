package io.keyway.state;

/**
 * What one owner may keep, so that a faulty bundle cannot take the memory of all.
 *
 * @param owners largest number of owners
 * @param records largest number of records of one owner
 * @param octets largest sum of one owner's contents and keys, in octets
 */
public record Quota(int owners, int records, long octets) {

  /** Room for 100 000 tunnels with a few kilobytes each. */
  public static final Quota DEFAULT = new Quota(64, 500_000, 512L << 20);

  public Quota {
    if (owners < 1 || records < 1 || octets < 1) {
      throw new IllegalArgumentException(
          "quotas of the state store must be at least 1: owners "
              + owners
              + ", records "
              + records
              + ", octets "
              + octets);
    }
  }
}
