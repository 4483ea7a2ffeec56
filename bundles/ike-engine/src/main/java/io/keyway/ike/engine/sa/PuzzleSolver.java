package io.keyway.ike.engine.sa;

import io.keyway.ike.crypto.Puzzle;
import io.keyway.ike.message.Octets;
import io.keyway.ike.message.PuzzleSolutionPayload;
import java.util.concurrent.CompletableFuture;

/** Solves a puzzle for a peer, in slices, so that the other IKE SAs of the worker go on. */
final class PuzzleSolver {
  /** About a millisecond's worth. */
  private static final int TRIES_AT_A_TIME = 1000;

  private PuzzleSolver() {}

  /** Completes on the worker of the IKE SA, and never once that ended. */
  static CompletableFuture<PuzzleSolutionPayload> solve(IkeSa sa, Puzzle puzzle) {
    CompletableFuture<PuzzleSolutionPayload> solved = new CompletableFuture<>();
    sa.execute(() -> step(sa, puzzle, solved));
    return solved;
  }

  private static void step(
      IkeSa sa, Puzzle puzzle, CompletableFuture<PuzzleSolutionPayload> solved) {
    if (sa.isDead()) {
      return;
    }
    if (puzzle.step(TRIES_AT_A_TIME)) {
      solved.complete(new PuzzleSolutionPayload(Octets.copyOf(puzzle.solution())));
    } else {
      sa.execute(() -> step(sa, puzzle, solved));
    }
  }
}
