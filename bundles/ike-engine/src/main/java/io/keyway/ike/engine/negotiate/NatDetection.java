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
import java.security.SecureRandom;
import java.util.List;
import java.util.Optional;

/** NAT_DETECTION notifications (RFC 7296 section 2.23). */
public final class NatDetection {
  /** Of SHA-1. */
  private static final int HASH_LENGTH = 20;

  private NatDetection() {}

  /**
   * What the notifications of a message tell.
   *
   * @param local we are behind a NAT: the peer sees another address than we have
   * @param remote the peer is behind a NAT
   * @param forced we act as if we were behind one, so that ESP goes in UDP
   */
  public record Finding(boolean local, boolean remote, boolean forced) {
    public static final Finding NONE = new Finding(false, false, false);

    /** Whether ESP goes in UDP. */
    public boolean any() {
      return local || remote || forced;
    }

    /** The same, as an end that forces encapsulation. */
    public Finding forcedIf(boolean force) {
      return new Finding(local, remote, force);
    }
  }

  /** Both notifications for a message from us. */
  public static List<Payload> payloads(
      long spiI, long spiR, InetSocketAddress local, InetSocketAddress remote) {
    return payloads(hash(spiI, spiR, local), hash(spiI, spiR, remote));
  }

  /** The same with a source that is nobody's: the peer sees us behind a NAT. */
  public static List<Payload> forcing(
      long spiI, long spiR, InetSocketAddress remote, SecureRandom random) {
    byte[] nobody = new byte[HASH_LENGTH];
    random.nextBytes(nobody);
    return payloads(Octets.copyOf(nobody), hash(spiI, spiR, remote));
  }

  private static List<Payload> payloads(Octets source, Octets destination) {
    return List.of(
        NotifyPayload.of(NotifyType.NAT_DETECTION_SOURCE_IP, source),
        NotifyPayload.of(NotifyType.NAT_DETECTION_DESTINATION_IP, destination));
  }

  /** Whether a message has both of them. */
  public static boolean isIn(IkeMessage message) {
    return message.has(NotifyType.NAT_DETECTION_SOURCE_IP) && destination(message).isPresent();
  }

  /** Our own address and port as the sender of a message sees them, hashed. */
  public static Optional<Octets> destination(IkeMessage message) {
    return message.notification(NotifyType.NAT_DETECTION_DESTINATION_IP).map(NotifyPayload::data);
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
    return new Finding(!destinationMatches, !sourceMatches, false);
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
