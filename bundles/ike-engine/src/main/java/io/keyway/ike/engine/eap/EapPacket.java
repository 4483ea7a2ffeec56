package io.keyway.ike.engine.eap;

import io.keyway.ike.message.Octets;
import java.nio.ByteBuffer;
import java.util.Optional;

/**
 * An EAP packet (RFC 3748 section 4): code and identifier, an octet each, two octets of length over
 * the whole, and in requests and responses an octet of type with what the method says.
 *
 * @param type 0 in Success and Failure, which have none
 * @param data after the type
 */
public record EapPacket(int code, int identifier, int type, Octets data) {
  public static final int REQUEST = 1;
  public static final int RESPONSE = 2;
  public static final int SUCCESS = 3;
  public static final int FAILURE = 4;

  /** Type 1: who are you? */
  public static final int IDENTITY = 1;

  /** Type 2: a message for people. */
  public static final int NOTIFICATION = 2;

  /** Type 3: not this method; the data names others. */
  public static final int NAK = 3;

  private static final int HEADER = 4;

  /**
   * Empty when the octets are no packet. Nothing may stand behind its length: in IKE there is no
   * padding of a link, and both lengths agree (RFC 7296 section 3.16).
   */
  public static Optional<EapPacket> decode(Octets octets) {
    if (octets.length() < HEADER) {
      return Optional.empty();
    }
    int code = octets.at(0);
    int length = octets.at(2) << 8 | octets.at(3);
    boolean typed = code == REQUEST || code == RESPONSE;
    if (code < REQUEST || code > FAILURE || length != octets.length()) {
      return Optional.empty();
    }
    if (typed ? length < HEADER + 1 : length != HEADER) {
      return Optional.empty();
    }
    if (!typed) {
      return Optional.of(new EapPacket(code, octets.at(1), 0, Octets.EMPTY));
    }
    byte[] all = octets.toArray();
    return Optional.of(
        new EapPacket(
            code,
            octets.at(1),
            octets.at(HEADER),
            Octets.copyOf(all, HEADER + 1, length - HEADER - 1)));
  }

  static EapPacket request(int identifier, int type, Octets data) {
    return new EapPacket(REQUEST, identifier & 0xff, type, data);
  }

  /** Answers a request. */
  EapPacket response(int answerType, Octets answer) {
    return new EapPacket(RESPONSE, identifier, answerType, answer);
  }

  static EapPacket success(int identifier) {
    return new EapPacket(SUCCESS, identifier, 0, Octets.EMPTY);
  }

  static EapPacket failure(int identifier) {
    return new EapPacket(FAILURE, identifier, 0, Octets.EMPTY);
  }

  public Octets encode() {
    boolean typed = code == REQUEST || code == RESPONSE;
    int length = HEADER + (typed ? 1 + data.length() : 0);
    ByteBuffer packet = ByteBuffer.allocate(length);
    packet.put((byte) code).put((byte) identifier).putShort((short) length);
    if (typed) {
      packet.put((byte) type).put(data.toArray());
    }
    return Octets.copyOf(packet.array());
  }

  /** Without what the method says. */
  @Override
  public String toString() {
    return "EapPacket[code=" + code + ", identifier=" + identifier + ", type=" + type + "]";
  }
}
