package io.keyway.ike.message;

import java.util.Arrays;

/** A growing buffer that writes network order and fills in lengths afterwards. */
final class OctetWriter {
  private byte[] octets;
  private int size;

  OctetWriter(int expected) {
    octets = new byte[expected];
  }

  int size() {
    return size;
  }

  OctetWriter u8(int number) {
    reserve(1);
    octets[size++] = (byte) number;
    return this;
  }

  OctetWriter u16(int number) {
    return u8(number >>> 8).u8(number);
  }

  OctetWriter i32(int number) {
    return u16(number >>> 16).u16(number);
  }

  OctetWriter i64(long number) {
    return i32((int) (number >>> 32)).i32((int) number);
  }

  OctetWriter bytes(byte[] source) {
    reserve(source.length);
    System.arraycopy(source, 0, octets, size, source.length);
    size += source.length;
    return this;
  }

  OctetWriter zeros(int count) {
    reserve(count);
    size += count;
    return this;
  }

  OctetWriter octets(Octets source) {
    source.writeTo(this);
    return this;
  }

  void putU8(int position, int number) {
    octets[position] = (byte) number;
  }

  /** Writes a 16 bit length at its place; longer than that is a bug of the caller. */
  void putU16(int position, int number) {
    if (number > 0xffff) {
      throw new IllegalArgumentException("substructure of " + number + " octets does not fit");
    }
    octets[position] = (byte) (number >>> 8);
    octets[position + 1] = (byte) number;
  }

  void putI32(int position, int number) {
    putU16(position, number >>> 16);
    putU16(position + 2, number & 0xffff);
  }

  /** What was written so far. */
  byte[] copy() {
    return Arrays.copyOf(octets, size);
  }

  /** What was written; the writer is not used afterwards. */
  byte[] toArray() {
    return size == octets.length ? octets : Arrays.copyOf(octets, size);
  }

  private void reserve(int count) {
    if (octets.length - size < count) {
      octets = Arrays.copyOf(octets, Math.max(octets.length * 2, size + count));
    }
  }
}
