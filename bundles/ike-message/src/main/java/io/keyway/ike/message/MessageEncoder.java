package io.keyway.ike.message;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** Values to octets. Input comes from this process, so nonsense is a bug and throws. */
public final class MessageEncoder {
  private static final int GENERIC_HEADER = 4;
  private static final int PREFIX = IkeHeader.LENGTH + GENERIC_HEADER;
  private static final int FRAGMENT_FIELDS = 4;

  private MessageEncoder() {}

  /** Encodes a message whose payloads travel in clear (IKE_SA_INIT, errors outside of an SA). */
  public static byte[] encode(IkeHeader header, List<? extends Payload> payloads) {
    OctetWriter writer = new OctetWriter(512);
    int first = payloads.isEmpty() ? PayloadType.NONE : payloads.get(0).payloadType();
    header(header, first, writer);
    chain(payloads, writer);
    writer.putI32(24, writer.size());
    return writer.toArray();
  }

  /** Encodes a message whose payloads all travel inside of SK, and encrypts them. */
  public static byte[] encode(
      IkeHeader header, List<? extends Payload> payloads, MessageProtection protection) {
    return encode(header, List.of(), payloads, protection);
  }

  /**
   * The same with payloads in clear ahead of SK, which its integrity check covers (RFC 8019 section
   * 7.2.2).
   */
  public static byte[] encode(
      IkeHeader header,
      List<? extends Payload> clear,
      List<? extends Payload> payloads,
      MessageProtection protection) {
    return whole(header, clear, first(payloads), plaintext(payloads), protection);
  }

  /**
   * The same in fragments (RFC 7383 section 2.5), when the message is longer than {@code limit}
   * octets; a shorter one is a single SK message.
   *
   * @param limit octets of one message from the IKE header on, what carries it not counted
   */
  public static List<byte[]> fragments(
      IkeHeader header, List<? extends Payload> payloads, MessageProtection protection, int limit) {
    return fragments(header, List.of(), payloads, protection, limit);
  }

  /** The same with payloads in clear, which go with the first fragment (RFC 7383 section 2.5.3). */
  public static List<byte[]> fragments(
      IkeHeader header,
      List<? extends Payload> clear,
      List<? extends Payload> payloads,
      MessageProtection protection,
      int limit) {
    byte[] plaintext = plaintext(payloads);
    int first = first(payloads);
    int clearOctets = plaintext(clear).length;
    if (PREFIX + clearOctets + protection.bodyOctets(plaintext.length) <= limit) {
      return List.of(whole(header, clear, first, plaintext, protection));
    }
    int firstRoom = room(protection, limit - clearOctets);
    int room = clear.isEmpty() ? firstRoom : room(protection, limit);
    int total = 1 + Math.max(0, plaintext.length - firstRoom + room - 1) / room;
    List<byte[]> all = new ArrayList<>(total);
    int from = 0;
    for (int i = 0; i < total; i++) {
      int end = Math.min(plaintext.length, from + (i == 0 ? firstRoom : room));
      byte[] part = Arrays.copyOfRange(plaintext, from, end);
      from = end;
      OctetWriter writer = new OctetWriter(limit);
      prefix(header, i == 0 ? clear : List.of(), PayloadType.SKF, writer);
      int sk = writer.size();
      // Only the first tells what is inside; the others say 0 (RFC 7383 section 2.5).
      writer.u8(i == 0 ? first : PayloadType.NONE).u8(0).u16(0);
      writer.u16(i + 1).u16(total);
      all.add(sealed(writer, sk, part, protection));
    }
    return all;
  }

  /** The most octets of payloads that one fragment can carry. */
  private static int room(MessageProtection protection, int limit) {
    int room = limit - PREFIX - FRAGMENT_FIELDS - protection.bodyOctets(0);
    // Padding comes in blocks, so the exact answer lies within one block of the estimate.
    room += 32;
    while (room > 0 && PREFIX + FRAGMENT_FIELDS + protection.bodyOctets(room) > limit) {
      room--;
    }
    if (room <= 0) {
      throw new IllegalArgumentException("no fragment fits into " + limit + " octets");
    }
    return room;
  }

  private static int first(List<? extends Payload> payloads) {
    return payloads.isEmpty() ? PayloadType.NONE : payloads.get(0).payloadType();
  }

  private static byte[] plaintext(List<? extends Payload> payloads) {
    OctetWriter inner = new OctetWriter(256);
    chain(payloads, inner);
    return inner.toArray();
  }

  private static byte[] whole(
      IkeHeader header,
      List<? extends Payload> clear,
      int first,
      byte[] plaintext,
      MessageProtection protection) {
    OctetWriter writer = new OctetWriter(PREFIX + protection.bodyOctets(plaintext.length));
    prefix(header, clear, PayloadType.SK, writer);
    int sk = writer.size();
    writer.u8(first).u8(0).u16(0);
    return sealed(writer, sk, plaintext, protection);
  }

  /** Header and payloads in clear, before an encrypted payload of this type. */
  private static void prefix(
      IkeHeader header, List<? extends Payload> clear, int encrypted, OctetWriter writer) {
    header(header, clear.isEmpty() ? encrypted : clear.get(0).payloadType(), writer);
    chain(clear, encrypted, writer);
  }

  /**
   * Completes the lengths of what is written, the encrypted payload at {@code sk}; adds the body.
   */
  private static byte[] sealed(
      OctetWriter writer, int sk, byte[] plaintext, MessageProtection protection) {
    int bodyOctets = protection.bodyOctets(plaintext.length);
    int total = writer.size() + bodyOctets;
    writer.putU16(sk + 2, total - sk);
    writer.putI32(24, total);
    byte[] prefix = writer.copy();
    byte[] body = protection.seal(prefix, plaintext);
    if (body.length != bodyOctets) {
      throw new IllegalStateException("body of " + body.length + " octets, said " + bodyOctets);
    }
    return writer.bytes(body).toArray();
  }

  private static void header(IkeHeader header, int first, OctetWriter writer) {
    writer.i64(header.initiatorSpi()).i64(header.responderSpi());
    writer.u8(first).u8(header.version()).u8(header.exchangeType()).u8(header.flags());
    writer.i32(header.messageId()).i32(0);
  }

  private static void chain(List<? extends Payload> payloads, OctetWriter writer) {
    chain(payloads, PayloadType.NONE, writer);
  }

  private static void chain(List<? extends Payload> payloads, int after, OctetWriter writer) {
    for (int i = 0; i < payloads.size(); i++) {
      int start = writer.size();
      writer.u8(i + 1 < payloads.size() ? payloads.get(i + 1).payloadType() : after);
      writer.u8(0).u16(GENERIC_HEADER);
      PayloadBodies.write(payloads.get(i), writer);
      writer.putU16(start + 2, writer.size() - start);
    }
  }
}
