package io.keyway.it.fuzz;

import io.keyway.ike.message.DecodeResult;
import io.keyway.ike.message.EncryptedFragmentPayload;
import io.keyway.ike.message.EncryptedPayload;
import io.keyway.ike.message.IkeHeader;
import io.keyway.ike.message.IkeMessage;
import io.keyway.ike.message.MessageDecoder;
import io.keyway.ike.message.MessageProtection;
import io.keyway.ike.message.PayloadType;
import java.nio.ByteBuffer;
import java.util.Arrays;

/**
 * What a peer that has the keys, and is hostile all the same, may put inside of SK: the first octet
 * names the first payload, the rest is the chain.
 */
public final class InnerTarget {
  private static final int GENERIC_HEADER = 4;
  private static final int MAX_INNER = 60_000;

  private InnerTarget() {}

  /** Providers take seconds to load under a fuzzer; that is no slow input. */
  public static void fuzzerInitialize() {
    Wire.require(!TestKeys.PROTECTIONS.isEmpty(), "no algorithms");
  }

  public static void fuzzerTestOneInput(byte[] data) {
    if (data.length == 0) {
      return;
    }
    byte[] inner = Arrays.copyOfRange(data, 1, Math.min(data.length, MAX_INNER));
    for (MessageProtection protection : TestKeys.PROTECTIONS) {
      byte[] datagram = sealed(data[0], inner, protection);
      if (!(MessageDecoder.message(datagram) instanceof DecodeResult.Decoded<IkeMessage> outer)) {
        throw new IllegalStateException("the frame around the chain is wrong");
      }
      DecodeResult<IkeMessage> opened = MessageDecoder.open(datagram, outer.value(), protection);
      Wire.require(
          !(opened instanceof DecodeResult.NotAuthentic<IkeMessage>), "what we sealed is refused");
      if (opened instanceof DecodeResult.Decoded<IkeMessage> decoded) {
        Wire.require(
            decoded.value().payloads().stream()
                .noneMatch(
                    p -> p instanceof EncryptedPayload || p instanceof EncryptedFragmentPayload),
            "encrypted inside of encrypted");
        Wire.same(decoded.value());
      }
    }
  }

  private static byte[] sealed(byte first, byte[] inner, MessageProtection protection) {
    int body = protection.bodyOctets(inner.length);
    int length = IkeHeader.LENGTH + GENERIC_HEADER + body;
    ByteBuffer prefix = ByteBuffer.allocate(IkeHeader.LENGTH + GENERIC_HEADER);
    prefix.putLong(1).putLong(2);
    prefix.put((byte) PayloadType.SK).put((byte) IkeHeader.VERSION_2_0);
    prefix.put((byte) 35).put((byte) IkeHeader.FLAG_INITIATOR).putInt(1).putInt(length);
    prefix.put(first).put((byte) 0).putShort((short) (GENERIC_HEADER + body));
    byte[] sealed = protection.seal(prefix.array(), inner);
    return ByteBuffer.allocate(length).put(prefix.array()).put(sealed).array();
  }
}
