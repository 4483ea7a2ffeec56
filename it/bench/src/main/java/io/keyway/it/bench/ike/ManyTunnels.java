package io.keyway.it.bench.ike;

import com.google.gson.JsonObject;
import io.keyway.it.bench.Cleanup;
import io.keyway.it.bench.Deadline;
import io.keyway.it.bench.node.Profile;
import java.io.IOException;
import java.io.PrintStream;
import java.time.Duration;
import java.util.Locale;
import java.util.Optional;

/**
 * Many tunnels that stand at the same time: what one takes in memory, whether every one of them is
 * rekeyed without a loss, and how long an operator's look takes while more come.
 */
final class ManyTunnels {
  private static final Profile PROFILE = Profile.X25519;
  private static final int WINDOW = 32;

  /** Set-ups under way while somebody looks; no more than there are tunnels. */
  private static final int CROWD = 1000;

  /** Its load-tester slows down with each; what one takes shows with fewer. */
  private static final int MOST_OF_CHARON = 5000;

  private static final int WARM_UP = 20;
  private static final Duration LIMIT = Duration.ofSeconds(60);
  private static final Duration SETTLING = Duration.ofSeconds(10);

  /** IKE SAs that were replaced repeat their last answer for 30 s. */
  private static final Duration LINGERING = Duration.ofSeconds(33);

  private final PrintStream out;
  private final int count;
  private final boolean lingering;
  private final CredentialFiles credentials;
  private final Optional<LoadTester> charon;

  /**
   * As many as are wanted.
   *
   * @param lingering look once more when what was replaced is forgotten
   */
  ManyTunnels(
      PrintStream out,
      int count,
      boolean lingering,
      CredentialFiles credentials,
      Optional<LoadTester> charon) {
    this.out = out;
    this.count = count;
    this.lingering = lingering;
    this.credentials = credentials;
    this.charon = charon;
  }

  private void say(String format, Object... arguments) {
    out.printf(Locale.ROOT, "    " + format + "%n", arguments);
  }

  void run(Cleanup cleanup) throws IOException, InterruptedException {
    out.printf("%n  %d tunnels at the same time (%s), Keyway as shipped%n", count, PROFILE);
    EnginePair pair = cleanup.owns(EnginePair.start(false, credentials));
    // A few before the first look at the memory: classes, threads and caches are not per tunnel.
    pair.prepare(PROFILE, WARM_UP);
    pair.initiate(WINDOW);
    pair.check(WARM_UP);
    Footprint before = Footprint.of(pair.responder());
    Footprint beforeInitiator = Footprint.of(pair.initiator());
    int more = count - WARM_UP;
    pair.prepare(PROFILE, more);
    EnginePair.Work setUp = pair.initiate(WINDOW);
    pair.check(count);
    show("established", setUp, count - WARM_UP);
    memory("responder", before, Footprint.of(pair.responder()), more);
    memory("initiator", beforeInitiator, Footprint.of(pair.initiator()), more);
    rekey(pair, true);
    rekey(pair, false);
    if (lingering) {
      Thread.sleep(LINGERING.toMillis());
      memory("responder, after the rekeys", before, Footprint.of(pair.responder()), count);
    }
    crowd(pair);
    cleanup.end(pair);
    charon();
  }

  private void show(String what, EnginePair.Work work, int wanted) {
    say(
        "%s %d of %d in %.1f s; %.2f ms of CPU each at the initiator, %.2f at the responder; ms p50"
            + " %.1f, p99 %.1f; %d requests were sent again",
        what,
        work.done(),
        wanted,
        work.seconds(),
        work.initiatorCpu() * 1000 / wanted,
        work.responderCpu() * 1000 / wanted,
        work.latency().p50(),
        work.latency().p99(),
        work.retransmissions());
  }

  /**
   * What a process holds after a full collection.
   *
   * @param live octets of objects in use
   * @param residentMib of the whole process
   */
  private record Footprint(double live, double residentMib) {
    static Footprint of(EngineProcess engine) throws IOException, InterruptedException {
      JsonObject memory = engine.ask(EnginePair.command("memory"), LIMIT);
      // Free heap goes back to the system little by little.
      Deadline deadline = Deadline.in(SETTLING);
      double last = Double.MAX_VALUE;
      double now = engine.residentMib();
      while (last - now > 1 && !deadline.isOver()) {
        Thread.sleep(500);
        last = now;
        now = engine.residentMib();
      }
      return new Footprint(memory.get("live").getAsDouble(), now);
    }
  }

  private void memory(String who, Footprint before, Footprint after, int tunnels) {
    say(
        "memory of the %s, KiB per tunnel: %.1f live objects, %.1f resident (%.0f MiB before, %.0f"
            + " MiB now)",
        who,
        (after.live() - before.live()) / 1024 / tunnels,
        (after.residentMib() - before.residentMib()) * 1024 / tunnels,
        before.residentMib(),
        after.residentMib());
  }

  private void rekey(EnginePair pair, boolean children) throws IOException, InterruptedException {
    EnginePair.Work work = pair.rekey(children, WINDOW);
    // Replaced CHILD_SAs are received on for some seconds; a tunnel has two SAs in the end.
    pair.awaitSas(2 * count);
    pair.check(count);
    show(children ? "CHILD_SAs rekeyed" : "IKE SAs rekeyed", work, count);
    EnginePair.Losses losses = pair.losses();
    if (losses.count() > 0) {
      throw new IOException(
          "%d SAs ended in the rekeys, the first one: %s"
              .formatted(losses.count(), losses.first()));
    }
    say(
        "  both ends have %d IKE SAs with one CHILD_SA each; none ended without a successor",
        count);
  }

  private void crowd(EnginePair pair) throws IOException, InterruptedException {
    int crowd = Math.min(CROWD, count);
    int more = Math.max(2 * crowd, count / 2);
    pair.prepare(PROFILE, more);
    pair.responder().ask(EnginePair.command("probe"), LIMIT);
    EnginePair.Work work = pair.initiate(crowd);
    JsonObject looks = pair.responder().ask(EnginePair.command("probed"), LIMIT);
    pair.check(count + more);
    say(
        "%d more, %d at a time: %.1f s, ms p50 %.0f, p99 %.0f; %d requests were sent again",
        more,
        crowd,
        work.seconds(),
        work.latency().p50(),
        work.latency().p99(),
        work.retransmissions());
    for (String what : new String[] {"list", "status"}) {
      say(
          "  %s at the responder meanwhile, %d times, up to %d IKE SAs: ms p50 %.1f, p99 %.1f,"
              + " longest %.1f",
          what,
          looks.get("calls").getAsInt(),
          looks.get("longest").getAsInt(),
          looks.get(what + "-p50").getAsDouble(),
          looks.get(what + "-p99").getAsDouble(),
          looks.get(what + "-max").getAsDouble());
    }
  }

  private void charon() throws InterruptedException {
    if (charon.isEmpty()) {
      say("not measured: charon's memory");
      return;
    }
    try {
      Round round = charon.get().round(PROFILE, Math.min(count, MOST_OF_CHARON));
      say(
          "charon load-tester: established %d in %.1f s; %.2f ms of CPU each at the responder; it"
              + " grew by %.1f KiB resident per tunnel",
          round.tunnels(), round.seconds(), round.responderMillis(), charon.get().residentKib());
    } catch (IOException e) {
      say("not measured: charon's memory: %s", e.getMessage());
    }
  }
}
