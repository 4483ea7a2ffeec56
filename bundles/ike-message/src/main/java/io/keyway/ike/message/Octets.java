package io.keyway.ike.message;

import java.util.Arrays;
import java.util.HexFormat;
import java.util.Objects;

/**
 * An immutable string of octets with value equality, so that payloads can be records.
 *
 * <p>Meant for what travels in clear or is public by nature (SPIs, nonces, identities, public
 * values); keys never go here.
 */
public final class Octets {
  /** The empty string of octets. */
  public static final Octets EMPTY = new Octets(new byte[0]);

  private final byte[] value;

  private Octets(byte[] value) {
    this.value = value;
  }

  /** Copies the array, so that later changes to it stay outside. */
  public static Octets copyOf(byte[] octets) {
    return octets.length == 0 ? EMPTY : new Octets(octets.clone());
  }

  /** Copies a range of the array. */
  public static Octets copyOf(byte[] octets, int offset, int length) {
    Objects.checkFromIndexSize(offset, length, octets.length);
    return length == 0 ? EMPTY : new Octets(Arrays.copyOfRange(octets, offset, offset + length));
  }

  /** Four octets in network order, for example an ESP SPI. */
  public static Octets ofInt(int number) {
    return new Octets(
        new byte[] {
          (byte) (number >>> 24), (byte) (number >>> 16), (byte) (number >>> 8), (byte) number
        });
  }

  /** Eight octets in network order, for example an IKE SPI. */
  public static Octets ofLong(long number) {
    byte[] octets = new byte[8];
    for (int i = 0; i < 8; i++) {
      octets[i] = (byte) (number >>> (56 - 8 * i));
    }
    return new Octets(octets);
  }

  /** Parses hexadecimal digits without separators; for tests and constants. */
  public static Octets ofHex(String digits) {
    return new Octets(HexFormat.of().parseHex(digits));
  }

  public int length() {
    return value.length;
  }

  public boolean isEmpty() {
    return value.length == 0;
  }

  /** The octet at an index as 0..255. */
  public int at(int index) {
    return value[index] & 0xff;
  }

  /** A fresh copy. */
  public byte[] toArray() {
    return value.clone();
  }

  /** The four octets as a big-endian number. */
  public int toInt() {
    if (value.length != 4) {
      throw new IllegalStateException("4 octets expected, " + value.length + " held");
    }
    return (int) number();
  }

  /** The eight octets as a big-endian number. */
  public long toLong() {
    if (value.length != 8) {
      throw new IllegalStateException("8 octets expected, " + value.length + " held");
    }
    return number();
  }

  private long number() {
    long number = 0;
    for (byte octet : value) {
      number = number << 8 | octet & 0xff;
    }
    return number;
  }

  /** Unsigned comparison of equally long strings, octet by octet. */
  public int compareUnsigned(Octets other) {
    return Arrays.compareUnsigned(value, other.value);
  }

  void writeTo(OctetWriter writer) {
    writer.bytes(value);
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof Octets that && Arrays.equals(value, that.value);
  }

  @Override
  public int hashCode() {
    return Arrays.hashCode(value);
  }

  /** Hexadecimal digits, shortened when long. */
  @Override
  public String toString() {
    int shown = Math.min(value.length, 32);
    String digits = HexFormat.of().formatHex(value, 0, shown);
    return shown == value.length ? digits : digits + "..(" + value.length + ")";
  }
}
