package io.keyway.it.bench.ike;

import io.keyway.api.crypto.KeyExchangeMethod;
import io.keyway.it.bench.Benchmark;
import io.keyway.it.bench.Cleanup;
import io.keyway.it.bench.Deadline;
import io.keyway.it.bench.crypto.OpensslSpeed;
import io.keyway.it.bench.node.Proof;
import java.io.IOException;
import java.io.PrintStream;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalDouble;

/** Rounds of set-ups, contenders taking turns, and what came of them; then many tunnels at once. */
public final class IkeBench implements Benchmark {
  private static final int COLD_TUNNELS = 200;
  private static final int WARM_UP_CHUNK = 500;
  private static final Duration NO_TIME = Duration.ZERO;

  private final PrintStream out;
  private final Size size;
  private final List<SetUps> all = new ArrayList<>();

  /** With the groups and proofs that were asked for; empty lists stand for the usual ones. */
  public IkeBench(PrintStream out, Size size, List<KeyExchangeMethod> groups, List<Proof> proofs) {
    this.out = out;
    this.size = size;
    size.plans(groups, proofs).forEach(plan -> all.add(new SetUps(plan, out)));
  }

  @Override
  public void run(Cleanup cleanup) throws IOException, InterruptedException {
    out.printf(
        "IKE set-ups: IKE_SA and one CHILD_SA each, two processes, UDP on loopback, %d at a time,"
            + " databases that accept everything%n",
        Keyway.WINDOW);
    CredentialFiles credentials = cleanup.owns(CredentialFiles.create());
    List<Contender> contenders = new ArrayList<>();
    Keyway shipped = cleanup.owns(Keyway.start("Keyway as shipped", false, credentials));
    out.println("  as shipped: " + shipped.providers());
    contenders.add(shipped);
    Keyway fast = cleanup.owns(Keyway.start("Keyway, native providers", true, credentials));
    boolean natives = !fast.providers().equals(shipped.providers());
    if (natives) {
      out.println("  native providers: " + fast.providers());
      contenders.add(fast);
    } else {
      out.println("  not measured: native providers (they do not load on this machine)");
      cleanup.end(fast);
    }
    for (Contender contender : contenders) {
      warmUp((Keyway) contender);
    }
    Optional<LoadTester> charon = charon(cleanup, credentials);
    charon.ifPresent(contenders::add);
    rounds(contenders);
    for (Contender contender : contenders) {
      if (contender instanceof Keyway) {
        cleanup.end(contender);
      }
    }
    out.println(
        "  Contenders take turns. CPU: of one process per set-up. Per core: set-ups/s of one end"
            + " alone, from its CPU.");
    out.println(
        "  Ratios: Keyway by the other, round by round; above 1 is better for set-ups/s, below 1"
            + " for CPU.");
    all.forEach(SetUps::report);
    new ManyTunnels(out, size.many(), !size.quick(), credentials, charon).run(cleanup);
  }

  private Optional<LoadTester> charon(Cleanup cleanup, CredentialFiles credentials)
      throws IOException, InterruptedException {
    Optional<String> obstacle = LoadTester.obstacle();
    if (obstacle.isPresent()) {
      out.println("  not measured: charon's load-tester: " + obstacle.get());
      return Optional.empty();
    }
    return Optional.of(cleanup.owns(LoadTester.create(credentials)));
  }

  private void rounds(List<Contender> contenders) throws IOException, InterruptedException {
    String openssl = OpensslSpeed.version();
    out.println(
        openssl.isEmpty()
            ? "  not measured: sum of primitives (openssl is not installed)"
            : "  sum of primitives: " + OpensslSum.describe() + ", " + openssl);
    for (SetUps one : all) {
      for (Contender contender : contenders) {
        contender
            .obstacle(one.plan().profile())
            .ifPresent(
                why ->
                    out.printf(
                        "  not measured: %s with %s: %s%n",
                        contender.name(), one.plan().profile(), why));
      }
    }
    sum(!openssl.isEmpty());
    Deadline deadline = Deadline.in(size.budget());
    for (int done = 0; done == 0 || done < size.rounds() && !deadline.isOver(); done++) {
      for (SetUps one : all) {
        for (Contender contender : contenders) {
          if (done < one.plan().rounds() && contender.obstacle(one.plan().profile()).isEmpty()) {
            measure(one, contender, done);
          }
        }
      }
    }
    sum(!openssl.isEmpty());
  }

  private void measure(SetUps one, Contender contender, int number)
      throws IOException, InterruptedException {
    try {
      one.add(contender, number, contender.round(one.plan().profile(), one.plan().tunnels()));
    } catch (IOException e) {
      if (contender instanceof Keyway) {
        throw e;
      }
      out.println("  a round of " + contender.name() + " is left out: " + e.getMessage());
    }
  }

  /** Shows the first tunnels of fresh processes, then runs until the compiler had its time. */
  private void warmUp(Keyway keyway) throws IOException, InterruptedException {
    for (SetUps one : all) {
      Size.Plan plan = one.plan();
      Deadline end = Deadline.in(plan.profile().proof().certificates() ? NO_TIME : size.warmUp());
      Round cold = keyway.load(plan.profile(), COLD_TUNNELS);
      if (!plan.profile().proof().certificates()) {
        out.printf(
            Locale.ROOT,
            "  %s, fresh processes, first %d of %s: %.0f/s, CPU ms %.2f initiator, %.2f responder%n",
            keyway.name(),
            COLD_TUNNELS,
            plan.profile(),
            cold.perSecond(),
            cold.initiatorMillis(),
            cold.responderMillis());
      }
      // On a busy machine the compiler needs longer for the same work, within limits.
      Deadline last = Deadline.in(size.warmUp().multipliedBy(3));
      int tunnels = COLD_TUNNELS;
      while (!last.isOver() && (!end.isOver() || tunnels < plan.warmUpTunnels())) {
        keyway.load(plan.profile(), WARM_UP_CHUNK);
        tunnels += WARM_UP_CHUNK;
      }
    }
  }

  private void sum(boolean possible) throws IOException, InterruptedException {
    for (SetUps one : all) {
      OptionalDouble millis =
          possible ? OpensslSum.millis(one.plan().profile()) : OptionalDouble.empty();
      millis.ifPresent(one::addSum);
    }
  }
}
