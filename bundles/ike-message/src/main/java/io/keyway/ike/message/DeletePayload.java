package io.keyway.ike.message;

import java.util.ArrayList;
import java.util.List;

/**
 * D (RFC 7296 section 3.11): for IKE no SPIs, for ESP the sender's inbound SPIs of four octets
 * each.
 */
public record DeletePayload(int protocolId, List<Octets> spis) implements Payload {
  public DeletePayload {
    spis = List.copyOf(spis);
  }

  /** Deletes the IKE SA that carries the message. */
  public static DeletePayload ike() {
    return new DeletePayload(ProtocolId.IKE, List.of());
  }

  /** Deletes child SAs by the SPIs under which the sender receives. */
  public static DeletePayload esp(List<Integer> spis) {
    List<Octets> octets = new ArrayList<>(spis.size());
    for (int spi : spis) {
      octets.add(Octets.ofInt(spi));
    }
    return new DeletePayload(ProtocolId.ESP, octets);
  }

  @Override
  public int payloadType() {
    return PayloadType.DELETE;
  }
}
