package io.keyway.ike.message;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Octets to values. Never throws on input: every input ends in a {@link DecodeResult}. */
public final class MessageDecoder {
  /** A bound on the chain; the longest honest ones (certificates, addresses) stay far below. */
  static final int MAX_PAYLOADS = 128;

  private static final int CRITICAL = 0x80;

  private MessageDecoder() {}

  /**
   * Reads the fixed header alone, enough to find the IKE SA. A higher major version is malformed
   * with INVALID_MAJOR_VERSION (RFC 7296 section 2.5).
   */
  public static DecodeResult<IkeHeader> header(byte[] datagram) {
    try {
      return new DecodeResult.Decoded<>(readHeader(datagram));
    } catch (MalformedException e) {
      return new DecodeResult.Malformed<>(e.getMessage(), e.notify);
    }
  }

  /** Reads a whole message; the inside of SK stays closed and is only located. */
  public static DecodeResult<IkeMessage> message(byte[] datagram) {
    try {
      IkeHeader header = readHeader(datagram);
      OctetReader body =
          new OctetReader(datagram, IkeHeader.LENGTH, header.length() - IkeHeader.LENGTH);
      return new DecodeResult.Decoded<>(new IkeMessage(header, chain(header.nextPayload(), body)));
    } catch (MalformedException e) {
      return new DecodeResult.Malformed<>(e.getMessage(), e.notify);
    } catch (UnknownCriticalException e) {
      return new DecodeResult.UnknownCritical<>(e.payloadType);
    }
  }

  /**
   * Opens the SK payload of a message that was read by {@link #message} and reads what is inside.
   * Payloads beside SK are left out: nobody vouches for them.
   */
  public static DecodeResult<IkeMessage> open(
      byte[] datagram, IkeMessage outer, MessageProtection protection) {
    EncryptedPayload sk = outer.first(EncryptedPayload.class).orElse(null);
    if (sk == null) {
      return new DecodeResult.NotAuthentic<>("no encrypted payload");
    }
    Optional<byte[]> plaintext = protection.open(datagram, sk.offset());
    return plaintext.isEmpty()
        ? new DecodeResult.NotAuthentic<>("integrity check failed")
        : inner(outer.header(), sk.firstInner(), plaintext.get());
  }

  /**
   * Reads the payloads from inside of SK, or those that fragments (RFC 7383) carried together.
   *
   * @param header for the message; that of any fragment does
   * @param firstInner type of the first payload
   * @param octets authentic, without padding
   */
  public static DecodeResult<IkeMessage> inner(IkeHeader header, int firstInner, byte[] octets) {
    try {
      List<Payload> inner = chain(firstInner, new OctetReader(octets, 0, octets.length));
      for (Payload payload : inner) {
        if (payload instanceof EncryptedPayload || payload instanceof EncryptedFragmentPayload) {
          throw new MalformedException("encrypted payload inside an encrypted payload");
        }
      }
      return new DecodeResult.Decoded<>(new IkeMessage(header, inner));
    } catch (MalformedException e) {
      return new DecodeResult.Malformed<>(e.getMessage(), e.notify);
    } catch (UnknownCriticalException e) {
      return new DecodeResult.UnknownCritical<>(e.payloadType);
    }
  }

  private static IkeHeader readHeader(byte[] datagram) throws MalformedException {
    OctetReader reader = new OctetReader(datagram, 0, datagram.length);
    IkeHeader header =
        new IkeHeader(
            reader.i64("header"),
            reader.i64("header"),
            reader.u8("header"),
            reader.u8("header"),
            reader.u8("header"),
            reader.u8("header"),
            reader.i32("header"),
            reader.i32("header"));
    if (header.majorVersion() != 2) {
      throw new MalformedException(
          "IKE version " + header.majorVersion() + ", only 2 is spoken",
          header.majorVersion() > 2 ? NotifyType.INVALID_MAJOR_VERSION : NotifyType.INVALID_SYNTAX);
    }
    if (header.length() != datagram.length) {
      throw new MalformedException(
          "header says " + (header.length() & 0xffffffffL) + " octets, came " + datagram.length);
    }
    if (header.initiatorSpi() == 0) {
      throw new MalformedException("initiator SPI 0");
    }
    return header;
  }

  private static List<Payload> chain(int firstType, OctetReader reader)
      throws MalformedException, UnknownCriticalException {
    List<Payload> payloads = new ArrayList<>(8);
    int type = firstType;
    while (type != PayloadType.NONE) {
      if (payloads.size() == MAX_PAYLOADS) {
        throw new MalformedException("more than " + MAX_PAYLOADS + " payloads");
      }
      int next = reader.u8("generic payload header");
      boolean critical = (reader.u8("generic payload header") & CRITICAL) != 0;
      int length = reader.u16("payload length") - 4;
      if (critical && !PayloadReader.knows(type)) {
        throw new UnknownCriticalException(type);
      }
      String name = PayloadType.name(type) + " payload";
      if (type == PayloadType.SK || type == PayloadType.SKF) {
        // Always the last one: its next payload field speaks of what is inside (section 3.14).
        payloads.add(encrypted(type, next, reader, length));
        next = PayloadType.NONE;
      } else {
        payloads.add(PayloadReader.read(type, reader.slice(length, name)));
      }
      type = next;
    }
    reader.expectEnd("the payload chain");
    return payloads;
  }

  private static Payload encrypted(int type, int firstInner, OctetReader reader, int length)
      throws MalformedException {
    int fragment = 0;
    int total = 0;
    if (type == PayloadType.SKF) {
      fragment = reader.u16("fragment number");
      total = reader.u16("total fragments");
      length -= 4;
      if (fragment == 0 || fragment > total) {
        throw new MalformedException("fragment " + fragment + " of " + total);
      }
    }
    int offset = reader.position();
    reader.skip(length, "encrypted payload");
    return type == PayloadType.SK
        ? new EncryptedPayload(firstInner, offset, length)
        : new EncryptedFragmentPayload(firstInner, fragment, total, offset, length);
  }
}
