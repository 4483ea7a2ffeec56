package io.keyway.ike.engine.sa;

import io.keyway.ike.engine.base.Worker;
import io.keyway.ike.message.EncryptedFragmentPayload;
import io.keyway.ike.message.IkeHeader;
import java.util.Arrays;
import java.util.Optional;

/**
 * Collects the fragments of one message (RFC 7383 section 2.6). Only authentic fragments get in, so
 * nobody but the peer can spoil a message; what the peer itself can make us keep is bounded in
 * fragments, octets and time.
 */
final class Reassembly {
  /** 64 KiB in the shortest fragments; honest messages have a tenth of it. */
  static final int MAX_FRAGMENTS = 128;

  static final int MAX_OCTETS = 65_536;

  /** Octets of the generic header, number and total before the IV. */
  private static final int SKF_HEADER = 8;

  private static final Worker.Timer NO_TIMER = Worker.Timer.NONE;

  private final IkeSa sa;
  private int messageId;
  private int exchangeType;
  private byte[][] parts = {};
  private int missing;
  private int octets;
  private int firstInner;
  private int firstHash;
  private ClearPart clear = ClearPart.NONE;
  private Worker.Timer timer = NO_TIMER;

  Reassembly(IkeSa sa) {
    this.sa = sa;
  }

  /**
   * A message that is complete.
   *
   * @param requestHash of the datagram with fragment 1: its repetition asks for the answer again
   */
  record Whole(ClearPart clear, int firstInner, byte[] octets, int requestHash) {}

  /** Whether a fragment is worth being decrypted. */
  boolean wants(IkeHeader header, EncryptedFragmentPayload fragment) {
    if (fragment.total() > MAX_FRAGMENTS) {
      return false;
    }
    if (!isOf(header) || fragment.total() > parts.length) {
      return true;
    }
    // A smaller total is an earlier attempt of the peer that came late.
    return fragment.total() == parts.length && parts[fragment.fragment() - 1] == null;
  }

  private boolean isOf(IkeHeader header) {
    return parts.length > 0
        && header.messageId() == messageId
        && header.exchangeType() == exchangeType;
  }

  /**
   * Keeps an authentic fragment that is {@link #wants wanted}.
   *
   * @return the message, once nothing is missing
   */
  Optional<Whole> add(
      IkeHeader header, EncryptedFragmentPayload fragment, byte[] datagram, byte[] inner) {
    if (!isOf(header) || fragment.total() > parts.length) {
      // Another message, or the same cut into smaller pieces: what came before is of no use.
      begin(header, fragment.total());
    }
    boolean authenticated = sa.life().established().isPresent();
    if (octets + inner.length > MAX_OCTETS
        || !sa.ctx().reassembly().take(inner.length, authenticated)) {
      sa.ctx().counters().count("ike-dropped-fragments");
      clear();
      return Optional.empty();
    }
    octets += inner.length;
    parts[fragment.fragment() - 1] = inner;
    if (fragment.fragment() == 1) {
      firstInner = fragment.firstInner();
      firstHash = Arrays.hashCode(datagram);
      clear = ClearPart.of(datagram, fragment.offset() - SKF_HEADER);
    }
    return --missing == 0 ? Optional.of(join()) : Optional.empty();
  }

  private void begin(IkeHeader header, int total) {
    clear();
    messageId = header.messageId();
    exchangeType = header.exchangeType();
    parts = new byte[total][];
    missing = total;
    timer = sa.after(sa.ctx().settings().halfOpenTimeout(), this::expire);
  }

  private void expire() {
    sa.ctx().counters().count("ike-reassembly-timeouts");
    clear();
  }

  private Whole join() {
    byte[] all = new byte[octets];
    int offset = 0;
    for (byte[] part : parts) {
      System.arraycopy(part, 0, all, offset, part.length);
      offset += part.length;
    }
    Whole whole = new Whole(clear, firstInner, all, firstHash);
    clear();
    sa.ctx().counters().count("ike-messages-reassembled");
    return whole;
  }

  /** Forgets an unfinished message. */
  void clear() {
    timer.cancel();
    timer = NO_TIMER;
    sa.ctx().reassembly().giveBack(octets);
    octets = 0;
    missing = 0;
    parts = new byte[0][];
  }
}
