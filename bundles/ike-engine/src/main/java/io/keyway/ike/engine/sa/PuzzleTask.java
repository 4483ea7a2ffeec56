package io.keyway.ike.engine.sa;

import io.keyway.api.Outcome;
import io.keyway.ike.message.IkeMessage;
import io.keyway.ike.message.NotifyType;
import io.keyway.ike.message.Payload;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;

/**
 * Solves the puzzle in an answer to IKE_SA_INIT before the first protected request goes out, which
 * carries the solution in clear (RFC 8019 section 7.2.2). What is solved is Nr | SPIr, so the
 * solution is good for every repetition, in fragments or not.
 */
final class PuzzleTask implements Task {
  private final PuzzleDemand demand;

  private PuzzleTask(PuzzleDemand demand) {
    this.demand = demand;
  }

  /** The tasks of the first protected exchange, after this one if the answer had a puzzle. */
  static List<Task> before(IkeSa sa, List<Task> tasks) {
    Handshake handshake = sa.handshake();
    List<Task> all = new ArrayList<>(tasks);
    handshake.puzzle.ifPresent(demand -> all.add(0, new PuzzleTask(demand)));
    handshake.puzzle = Optional.empty();
    return all;
  }

  /** The puzzle in an answer; one that is too hard stays unsolved, and the peer may be content. */
  static Optional<PuzzleDemand> in(IkeSa sa, IkeMessage answer) {
    return answer
        .notification(NotifyType.PUZZLE)
        .flatMap(PuzzleDemand::read)
        .filter(demand -> demand.isBearable(sa));
  }

  @Override
  public CompletableFuture<Outcome> prepare(IkeSa sa) {
    byte[] string = AuthPuzzle.string(sa.handshake().responderNonce, sa.spiR());
    return PuzzleSolver.solve(sa, demand.puzzle(sa, string))
        .thenApply(
            solution -> {
              sa.handshake().solution = List.of(solution);
              sa.ctx().counters().count("ike-auth-puzzles-solved");
              return Outcome.ok();
            });
  }

  @Override
  public boolean takesTime() {
    return true;
  }

  @Override
  public void build(IkeSa sa, List<Payload> request) {
    // The solution goes outside of what this list is about: see Handshake.solution.
  }

  @Override
  public Step process(IkeSa sa, IkeMessage response) {
    sa.handshake().solution = List.of();
    return Step.DONE;
  }
}
