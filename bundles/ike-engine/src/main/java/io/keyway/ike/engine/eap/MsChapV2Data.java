package io.keyway.ike.engine.eap;

import io.keyway.ike.message.Octets;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Optional;

/**
 * What EAP-MSCHAPv2 packets carry after the type (draft-kamath-pppext-eap-mschapv2): an octet of
 * operation, and in most packets an octet of identifier and two of length, counted from the
 * operation on; then what the operation brings.
 *
 * @param body after the length; empty where there is none
 */
record MsChapV2Data(int operation, int identifier, byte[] body) {
  static final int CHALLENGE = 1;
  static final int RESPONSE = 2;
  static final int SUCCESS = 3;
  static final int FAILURE = 4;

  private static final int HEADER = 4;

  /** Of a challenge, either side's. */
  static final int CHALLENGE_OCTETS = 16;

  /** Challenge of the peer, eight zeros, NT response, flags. */
  static final int RESPONSE_OCTETS = 49;

  static final int NT_RESPONSE_AT = 24;
  static final int NT_RESPONSE_OCTETS = 24;

  static Optional<MsChapV2Data> decode(Octets data) {
    if (data.isEmpty()) {
      return Optional.empty();
    }
    if (data.length() < HEADER) {
      // The peer's word that it saw the success or the failure is often one octet only.
      return Optional.of(new MsChapV2Data(data.at(0), 0, new byte[0]));
    }
    int length = data.at(2) << 8 | data.at(3);
    if (length < HEADER || length > data.length()) {
      return Optional.empty();
    }
    byte[] body = new byte[length - HEADER];
    System.arraycopy(data.toArray(), HEADER, body, 0, body.length);
    return Optional.of(new MsChapV2Data(data.at(0), data.at(1), body));
  }

  Octets encode() {
    int length = HEADER + body.length;
    return Octets.copyOf(
        ByteBuffer.allocate(length)
            .put((byte) operation)
            .put((byte) identifier)
            .putShort((short) length)
            .put(body)
            .array());
  }

  /** A word without anything after it. */
  static Octets word(int operation) {
    return Octets.copyOf(new byte[] {(byte) operation});
  }

  /** A value with its length before it, and a name behind it. */
  static byte[] valueAndName(byte[] value, byte[] name) {
    return ByteBuffer.allocate(1 + value.length + name.length)
        .put((byte) value.length)
        .put(value)
        .put(name)
        .array();
  }

  /** The value of so many octets. */
  Optional<byte[]> value(int octets) {
    if (body.length < 1 + octets || (body[0] & 0xff) != octets) {
      return Optional.empty();
    }
    byte[] value = new byte[octets];
    System.arraycopy(body, 1, value, 0, octets);
    return Optional.of(value);
  }

  /** What stands behind a value of so many octets. */
  Octets name(int octets) {
    int at = 1 + octets;
    return body.length <= at ? Octets.EMPTY : Octets.copyOf(body, at, body.length - at);
  }

  /** The text of success and failure. */
  String text() {
    return new String(body, StandardCharsets.US_ASCII);
  }

  /** Without what is in it. */
  @Override
  public String toString() {
    return "MsChapV2Data[operation=" + operation + ", identifier=" + identifier + "]";
  }
}
