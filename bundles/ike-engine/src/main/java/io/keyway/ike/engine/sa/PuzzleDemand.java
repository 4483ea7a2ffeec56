package io.keyway.ike.engine.sa;

import io.keyway.api.crypto.PrfAlgorithm;
import io.keyway.ike.crypto.Puzzle;
import io.keyway.ike.message.NotifyPayload;
import io.keyway.ike.message.NotifyType;
import io.keyway.ike.message.Octets;
import java.util.Optional;

/**
 * The PUZZLE notification (RFC 8019 section 8.1): transform id of a PRF in two octets, and in one
 * how many zero bits its results shall end with.
 *
 * @param prf the function
 * @param zeroBits 0 in IKE_SA_INIT leaves it to the initiator
 */
public record PuzzleDemand(PrfAlgorithm prf, int zeroBits) {
  private static final int OCTETS = 3;

  /** What a peer demands; empty if that is malformed, or of a function that is not known. */
  static Optional<PuzzleDemand> read(NotifyPayload notification) {
    Octets data = notification.data();
    return data.length() == OCTETS
        ? PrfAlgorithm.ofWire(data.at(0) << 8 | data.at(1))
            .map(prf -> new PuzzleDemand(prf, data.at(2)))
        : Optional.empty();
  }

  /** For the wire. */
  public NotifyPayload notification() {
    byte[] data = {(byte) (prf.ianaId() >> 8), (byte) prf.ianaId(), (byte) zeroBits};
    return NotifyPayload.of(NotifyType.PUZZLE, Octets.copyOf(data));
  }

  /** Whether a peer's demand is worth it: anybody may have made it, and it costs us its work. */
  boolean isBearable(IkeSa sa) {
    if (zeroBits <= sa.ctx().settings().flood().hardestPuzzle()) {
      return true;
    }
    sa.life().setHint("the peer demands a puzzle of " + zeroBits + " bits, which is too hard");
    return false;
  }

  /**
   * The work to do. Who demands no number of bits gets as many as we would demand at least (RFC
   * 8019 section 7.1.2).
   *
   * @param string that is to be hashed with each key
   */
  Puzzle puzzle(IkeSa sa, byte[] string) {
    int bits = zeroBits == 0 ? sa.ctx().settings().flood().easiestPuzzle() : zeroBits;
    return new Puzzle(sa.ctx().crypto().prf(prf), string, bits);
  }
}
