package io.keyway.ike.message;

/** A bounded cursor over octets; every read checks what is left and names the field that lacks. */
final class OctetReader {
  private final byte[] octets;
  private final int end;
  private int position;

  OctetReader(byte[] octets, int offset, int length) {
    this.octets = octets;
    this.position = offset;
    this.end = offset + length;
  }

  int position() {
    return position;
  }

  int remaining() {
    return end - position;
  }

  boolean hasRemaining() {
    return position < end;
  }

  int u8(String field) throws MalformedException {
    need(1, field);
    return octets[position++] & 0xff;
  }

  int u16(String field) throws MalformedException {
    need(2, field);
    int number = (octets[position] & 0xff) << 8 | octets[position + 1] & 0xff;
    position += 2;
    return number;
  }

  int i32(String field) throws MalformedException {
    need(4, field);
    int number = 0;
    for (int i = 0; i < 4; i++) {
      number = number << 8 | octets[position++] & 0xff;
    }
    return number;
  }

  long i64(String field) throws MalformedException {
    long high = i32(field) & 0xffffffffL;
    return high << 32 | i32(field) & 0xffffffffL;
  }

  Octets octets(int length, String field) throws MalformedException {
    need(length, field);
    Octets taken = Octets.copyOf(octets, position, length);
    position += length;
    return taken;
  }

  Octets rest() {
    Octets taken = Octets.copyOf(octets, position, end - position);
    position = end;
    return taken;
  }

  void skip(int length, String field) throws MalformedException {
    need(length, field);
    position += length;
  }

  /** A reader over the next octets, which this one skips: a substructure cannot read beyond it. */
  OctetReader slice(int length, String field) throws MalformedException {
    need(length, field);
    OctetReader inner = new OctetReader(octets, position, length);
    position += length;
    return inner;
  }

  void expectEnd(String what) throws MalformedException {
    if (position != end) {
      throw new MalformedException(remaining() + " octets too many at the end of " + what);
    }
  }

  private void need(int length, String field) throws MalformedException {
    if (length < 0 || length > end - position) {
      throw new MalformedException(
          field + " needs " + length + " octets, " + remaining() + " are left");
    }
  }
}
