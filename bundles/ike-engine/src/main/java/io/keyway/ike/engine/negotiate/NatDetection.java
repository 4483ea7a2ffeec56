package io.keyway.ike.engine.negotiate;

import io.keyway.ike.message.IkeMessage;
import io.keyway.ike.message.NotifyPayload;
import io.keyway.ike.message.NotifyType;
import io.keyway.ike.message.Octets;
import io.keyway.ike.message.Payload;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.List;

/** NAT_DETECTION notifications (RFC 7296 section 2.23). */
public final class NatDetection {
  private NatDetection() {}

  /**
   * What the notifications of a message tell.
   *
   * @param local we are behind a NAT: the peer sees another address than we have
   * @param remote the peer is behind a NAT
   */
  public record Finding(boolean local, boolean remote) {
    public static final Finding NONE = new Finding(false, false);

    public boolean any() {
      return local || remote;
    }
  }

  /** Both notifications for a message from us. */
  public static List<Payload> payloads(
      long spiI, long spiR, InetSocketAddress local, InetSocketAddress remote) {
    return List.of(
        NotifyPayload.of(NotifyType.NAT_DETECTION_SOURCE_IP, hash(spiI, spiR, local)),
        NotifyPayload.of(NotifyType.NAT_DETECTION_DESTINATION_IP, hash(spiI, spiR, remote)));
  }

  /**
   * Compares a received message with the addresses it came with.
   *
   * @param spiR as in the message's header, 0 in a first request
   */
  public static Finding examine(
      IkeMessage message, long spiI, long spiR, InetSocketAddress local, InetSocketAddress remote) {
    boolean sourceSeen = false;
    boolean sourceMatches = false;
    boolean destinationSeen = false;
    boolean destinationMatches = false;
    Octets source = hash(spiI, spiR, remote);
    Octets destination = hash(spiI, spiR, local);
    for (NotifyPayload notification : message.all(NotifyPayload.class)) {
      if (notification.type() == NotifyType.NAT_DETECTION_SOURCE_IP) {
        sourceSeen = true;
        // A peer that does not know its address may send several; one match is enough.
        sourceMatches |= notification.data().equals(source);
      } else if (notification.type() == NotifyType.NAT_DETECTION_DESTINATION_IP) {
        destinationSeen = true;
        destinationMatches |= notification.data().equals(destination);
      }
    }
    if (!sourceSeen || !destinationSeen) {
      return Finding.NONE;
    }
    return new Finding(!destinationMatches, !sourceMatches);
  }

  private static Octets hash(long spiI, long spiR, InetSocketAddress address) {
    byte[] octets = address.getAddress().getAddress();
    ByteBuffer input = ByteBuffer.allocate(18 + octets.length);
    input.putLong(spiI).putLong(spiR).put(octets).putShort((short) address.getPort());
    try {
      // SHA-1 is what the RFC fixes here; it hides nothing and protects nothing.
      return Octets.copyOf(MessageDigest.getInstance("SHA-1").digest(input.array()));
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java platform has SHA-1", e);
    }
  }
}
