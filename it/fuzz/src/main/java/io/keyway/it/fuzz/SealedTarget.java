package io.keyway.it.fuzz;

import io.keyway.ike.message.DecodeResult;
import io.keyway.ike.message.IkeMessage;
import io.keyway.ike.message.MessageDecoder;
import io.keyway.ike.message.MessageProtection;
import io.keyway.ike.message.PayloadType;

/**
 * Encrypted payloads of somebody without the keys: whole datagrams, and bodies of SK. None may
 * open, and none may do anything but be refused.
 */
public final class SealedTarget {
  private SealedTarget() {}

  /** Providers take seconds to load under a fuzzer; that is no slow input. */
  public static void fuzzerInitialize() {
    Wire.require(!TestKeys.PROTECTIONS.isEmpty(), "no algorithms");
  }

  public static void fuzzerTestOneInput(byte[] data) {
    open(data);
    open(Wire.framed(PayloadType.SK, data));
  }

  private static void open(byte[] datagram) {
    if (MessageDecoder.message(datagram) instanceof DecodeResult.Decoded<IkeMessage> outer) {
      for (MessageProtection protection : TestKeys.PROTECTIONS) {
        DecodeResult<IkeMessage> result = MessageDecoder.open(datagram, outer.value(), protection);
        Wire.require(
            result instanceof DecodeResult.NotAuthentic<IkeMessage>, "a forgery was opened");
      }
    }
  }
}
