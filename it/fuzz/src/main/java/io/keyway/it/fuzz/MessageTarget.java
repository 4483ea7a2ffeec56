package io.keyway.it.fuzz;

import io.keyway.ike.message.IkeMessage;
import java.util.Optional;

/** A datagram as it comes from the network: header and chain of payloads. */
public final class MessageTarget {
  private MessageTarget() {}

  public static void fuzzerTestOneInput(byte[] data) {
    Optional<IkeMessage> message = Wire.message(data);
    message.ifPresent(
        m -> {
          Wire.require(m.header().majorVersion() == 2, "a foreign version was read");
          Wire.require(m.header().length() == data.length, "octets were left out");
          m.error();
        });
  }
}
