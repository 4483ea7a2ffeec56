package io.keyway.esp;

import io.keyway.api.sa.SaKeys;
import java.security.SecureRandom;

/**
 * The outbound half of an SA: numbers, pads, encrypts and authenticates payloads (RFC 4303 section
 * 3.3). Thread-safe.
 *
 * <p>With an AEAD a second sender under the same key would repeat nonces, which gives the key
 * stream and the authentication key away. Whoever constructs a sender answers for the key being
 * fresh, or for {@code firstSequence} lying beyond everything that was ever sent under it.
 */
public final class EspSender {
  /** Largest body that fits an IPv4 packet with a minimal header. */
  private static final int MAX_PACKET = 65515;

  private final int spi;
  private final EspSuite suite;
  private final boolean extended;
  private final PacketCipher cipher;
  private long last;

  /**
   * A sender that starts at 1, as a fresh SA does.
   *
   * @param keys copied; the caller still owns them
   */
  public EspSender(int spi, EspSuite suite, SaKeys keys, boolean extended, SecureRandom random) {
    this(spi, suite, keys, extended, random, 1);
  }

  /**
   * A sender that continues.
   *
   * @param firstSequence the number of the next packet, at least 1
   */
  public EspSender(
      int spi,
      EspSuite suite,
      SaKeys keys,
      boolean extended,
      SecureRandom random,
      long firstSequence) {
    if (spi == 0) {
      throw new IllegalArgumentException("SPI 0 is never sent on the wire (RFC 4303 section 2.1)");
    }
    if (firstSequence == 0) {
      throw new IllegalArgumentException("sequence numbers start at 1");
    }
    this.spi = spi;
    this.suite = suite;
    this.extended = extended;
    this.cipher = PacketCipher.of(suite, keys, extended, random);
    this.last = firstSequence - 1;
  }

  /** The SPI in every packet. */
  public int spi() {
    return spi;
  }

  /** The algorithms. */
  public EspSuite suite() {
    return suite;
  }

  /** The number of the last packet sent; 0 before the first. */
  public synchronized long lastSequence() {
    return last;
  }

  /**
   * Protects one payload.
   *
   * @param payload what follows the (outer) IP header: a whole packet in tunnel mode, an
   *     upper-layer protocol in transport mode
   * @param nextHeader its protocol number
   */
  public SealResult seal(byte[] payload, int nextHeader) {
    if (nextHeader < 0 || nextHeader > 255) {
      throw new IllegalArgumentException("next header " + nextHeader + " is not one octet");
    }
    int align = suite.alignment();
    int padding = Math.floorMod(-(payload.length + 2), align);
    int bodyAt = PacketCipher.HEADER + suite.ivOctets();
    int size = bodyAt + payload.length + padding + 2 + suite.icvOctets();
    if (size > MAX_PACKET) {
      return new SealResult.Refused(
          "a payload of "
              + payload.length
              + " octets makes an ESP packet of "
              + size
              + ", more than IPv4 carries");
    }
    byte[] packet = new byte[size];
    System.arraycopy(payload, 0, packet, bodyAt, payload.length);
    int at = bodyAt + payload.length;
    for (int i = 1; i <= padding; i++) {
      packet[at++] = (byte) i;
    }
    packet[at++] = (byte) padding;
    packet[at] = (byte) nextHeader;
    PacketCipher.putInt(packet, 0, spi);
    synchronized (this) {
      if (last == (extended ? -1L : 0xFFFFFFFFL)) {
        return new SealResult.SequenceExhausted();
      }
      last++;
      PacketCipher.putInt(packet, 4, (int) last);
      cipher.seal(packet, last);
      return new SealResult.Sealed(packet, last);
    }
  }
}
