package io.keyway.esp;

import io.keyway.api.sa.SaKeys;
import java.security.SecureRandom;
import java.util.Arrays;

/**
 * The inbound half of an SA: checks window and ICV, decrypts, strips the padding (RFC 4303 section
 * 3.4). Thread-safe.
 */
public final class EspReceiver {
  private static final int NO_NEXT_HEADER = 59;

  private final int spi;
  private final EspSuite suite;
  private final PacketCipher cipher;
  private final ReplayWindow window;

  /**
   * A receiver that has seen nothing.
   *
   * @param keys copied; the caller still owns them
   * @param replayWindow packets, 0 switches the check off, at most {@link ReplayWindow#MAX_SIZE}
   */
  public EspReceiver(int spi, EspSuite suite, SaKeys keys, boolean extended, int replayWindow) {
    this.spi = spi;
    this.suite = suite;
    this.cipher = PacketCipher.of(suite, keys, extended, new SecureRandom());
    this.window = new ReplayWindow(replayWindow, extended);
  }

  /** The SPI that packets must carry. */
  public int spi() {
    return spi;
  }

  /** The algorithms. */
  public EspSuite suite() {
    return suite;
  }

  /** The highest sequence number that was accepted; 0 before the first. */
  public synchronized long topSequence() {
    return window.top();
  }

  /**
   * Verifies and decrypts one packet.
   *
   * @param packet from the SPI to the end of the ICV
   */
  public OpenResult open(byte[] packet) {
    int overhead = PacketCipher.HEADER + suite.ivOctets() + suite.icvOctets();
    int body = packet.length - overhead;
    if (body < suite.alignment()) {
      return new OpenResult.Malformed(
          packet.length + " octets are too few for an ESP packet of " + suite);
    }
    if (body % suite.alignment() != 0) {
      return new OpenResult.Malformed(
          "a body of " + body + " octets is not aligned to " + suite.alignment());
    }
    int claimed = PacketCipher.getInt(packet, 0);
    if (claimed != spi) {
      return new OpenResult.WrongSpi(claimed);
    }
    synchronized (this) {
      long sequence = window.infer(PacketCipher.getInt(packet, 4));
      if (!window.accepts(sequence)) {
        return new OpenResult.Replayed(sequence);
      }
      byte[] plain = cipher.open(packet, sequence);
      if (plain == null) {
        return new OpenResult.IntegrityFailure(sequence);
      }
      // Only now: an attacker must not move the window (RFC 4303 section 3.4.3).
      window.mark(sequence);
      return strip(plain, sequence);
    }
  }

  private static OpenResult strip(byte[] body, long sequence) {
    int nextHeader = body[body.length - 1] & 0xFF;
    int padding = body[body.length - 2] & 0xFF;
    int length = body.length - 2 - padding;
    if (length < 0) {
      return new OpenResult.Malformed(
          "pad length " + padding + " exceeds a body of " + body.length + " octets");
    }
    for (int i = 1; i <= padding; i++) {
      if ((body[length + i - 1] & 0xFF) != i) {
        return new OpenResult.Malformed("padding is not 1, 2, 3 ... (RFC 4303 section 2.4)");
      }
    }
    if (nextHeader == NO_NEXT_HEADER) {
      return new OpenResult.Dummy(sequence);
    }
    return new OpenResult.Opened(Arrays.copyOf(body, length), nextHeader, sequence);
  }
}
