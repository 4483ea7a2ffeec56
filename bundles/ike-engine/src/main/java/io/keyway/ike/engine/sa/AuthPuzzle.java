package io.keyway.ike.engine.sa;

import io.keyway.api.crypto.IkeProposal;
import io.keyway.ike.crypto.Puzzle;
import io.keyway.ike.engine.log.IkeLog;
import io.keyway.ike.message.IkeMessage;
import io.keyway.ike.message.PuzzleSolutionPayload;
import java.nio.ByteBuffer;
import java.util.Optional;

/**
 * As responder, what the first protected request must bring before anything is computed for it (RFC
 * 8019 section 7.2.4): the shared secret and the keys wait for the solution.
 */
final class AuthPuzzle implements AutoCloseable {
  private final PuzzleDemand demand;
  private final IkeProposal chosen;
  private final KeyAnswer rest;

  /** Ownership of the key exchange passes. */
  AuthPuzzle(PuzzleDemand demand, IkeProposal chosen, KeyAnswer rest) {
    this.demand = demand;
    this.chosen = chosen;
    this.rest = rest;
  }

  /** S of RFC 8019 section 7.2.3: Nr | SPIr. */
  static byte[] string(byte[] responderNonce, long responderSpi) {
    return ByteBuffer.allocate(responderNonce.length + Long.BYTES)
        .put(responderNonce)
        .putLong(responderSpi)
        .array();
  }

  /**
   * Whether a request may be looked at. Any other is dropped without a word; fragments before the
   * first, which carries the solution, come again with it.
   */
  static boolean admits(IkeSa sa, IkeMessage request) {
    AuthPuzzle puzzle = sa.handshake().demanded;
    if (puzzle == null) {
      return true;
    }
    if (!puzzle.isSolved(sa, request)) {
      sa.ctx().counters().count("ike-auth-puzzles-unsolved");
      IkeLog.IKE.debug(sa, "a request without the solution of its puzzle is dropped");
      return false;
    }
    sa.handshake().demanded = null;
    sa.ctx().counters().count("ike-auth-puzzles-accepted");
    return puzzle.complete(sa);
  }

  private boolean isSolved(IkeSa sa, IkeMessage request) {
    Optional<PuzzleSolutionPayload> solution = request.first(PuzzleSolutionPayload.class);
    return solution.isPresent()
        && Puzzle.isSolved(
            sa.ctx().crypto().prf(demand.prf()),
            solution.get().keys().toArray(),
            string(sa.handshake().responderNonce, sa.spiR()),
            demand.zeroBits());
  }

  /** False when the IKE SA ended: nothing can be agreed on with the peer's value. */
  private boolean complete(IkeSa sa) {
    try (rest) {
      String refusal = rest.complete(sa, chosen);
      if (!refusal.isEmpty()) {
        sa.ctx().counters().count("ike-init-refused");
        sa.life().end("the peer sent an unusable public value: " + refusal);
        return false;
      }
      return true;
    }
  }

  @Override
  public void close() {
    rest.close();
  }
}
