package io.keyway.ike.engine.lab;

import io.keyway.api.ike.ChildResult;
import io.keyway.api.ike.ChildSaStatus;
import io.keyway.api.ike.EngineEvent;
import io.keyway.api.ike.IkeEngine.Selection;
import io.keyway.api.ike.IkeSaStatus;
import io.keyway.ike.engine.base.EngineSettings;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletionStage;
import java.util.function.Supplier;

/**
 * Two gateways that do things to each other, message by message. A script starts events at exact
 * points of each other's exchanges, spoils single messages, and says at the end what is wrong, if
 * anything is.
 */
public final class Collision {
  /** What may happen; each on either side. */
  public enum Event {
    CHILD_REKEY,
    IKE_REKEY,
    CHILD_DELETE,
    IKE_DELETE,
    INITIATE,
    LIVENESS,
    /** The engine is killed and comes again; its plane carries on. */
    RESTART,
    /** The whole gateway comes again, with an empty plane. */
    REBOOT
  }

  /** An event of one side; {@code left} is who made the first IKE SA. */
  public record Deed(Event event, boolean left) {
    @Override
    public String toString() {
      return event + (left ? "_A" : "_B");
    }
  }

  /** From where a script starts. */
  public enum Start {
    /** Nothing is up. */
    NOTHING,
    /** An IKE SA without a child. */
    BARE,
    /** One child is up. */
    UP
  }

  /** When the second event starts. */
  public enum When {
    /** Message number n is on the wire. */
    SENT,
    /** Message number n has just come, and nobody looked at it. */
    ARRIVED,
    /** The planes carried out n orders. */
    PLANE
  }

  /** What becomes of one message. */
  public enum Spoil {
    NOTHING,
    LOSE,
    DOUBLE,
    /** It comes after what is sent next. */
    DELAY
  }

  private static final Duration LIMIT = Duration.ofSeconds(20);

  /** Longer than any timer of the engine with the settings of these scripts. */
  private static final Duration SETTLE = Duration.ofSeconds(240);

  public final Lab lab;
  private final List<CompletionStage<ChildResult>> asked = new ArrayList<>();
  private final List<String> problems = new ArrayList<>();
  private boolean forgotten;
  private int sentBefore;
  private int arrivedBefore;
  private int planeBefore;

  /** The seed decides SPIs, nonces and jitter, and so who wins. */
  public Collision(Start start, long seed) {
    lab = new Lab(EngineSettings.defaults(), seed);
    lab.load(left(), right());
    if (start != Start.NOTHING) {
      lab.up();
    }
    if (start == Start.BARE) {
      lab.left.get(lab.left.engine.terminate(new Selection.Child("to-right", "net"), LIMIT));
    }
    lab.time.run(Duration.ofSeconds(8));
    mark();
  }

  private static Config left() {
    return Lab.leftNet();
  }

  private static Config right() {
    return Lab.rightNet();
  }

  private void mark() {
    sentBefore = lab.net.sent().size();
    arrivedBefore = lab.net.arrived();
    planeBefore = orders();
  }

  private int orders() {
    return lab.left.plane.log().size() + lab.right.plane.log().size();
  }

  /** Messages since the start of the script. */
  public int sent() {
    return lab.net.sent().size() - sentBefore;
  }

  /** Orders to the planes since the start of the script. */
  public int planeOrders() {
    return orders() - planeBefore;
  }

  /** Spoils message number n, counted from 1. */
  public Collision spoil(Spoil how, int n) {
    lab.net.setWeather(
        d ->
            sent() != n
                ? List.of(Net.LATENCY)
                : switch (how) {
                  case NOTHING -> List.of(Net.LATENCY);
                  case LOSE -> List.of();
                  case DOUBLE -> List.of(Net.LATENCY, Duration.ofMillis(37));
                  case DELAY -> List.of(Duration.ofMillis(41));
                });
    return this;
  }

  /** Decides about every message from now on. */
  public Collision weather(Supplier<List<Duration>> arrivals) {
    lab.net.setWeather(datagram -> arrivals.get());
    return this;
  }

  /** Moves time to a point; at most until nothing happens any more. */
  public Collision until(When when, int n) {
    lab.time.until(
        Duration.ofSeconds(5),
        () ->
            switch (when) {
              case SENT -> sent() >= n;
              case ARRIVED -> lab.net.arrived() - arrivedBefore >= n;
              case PLANE -> planeOrders() >= n;
            });
    return this;
  }

  public Collision run(Duration duration) {
    lab.time.run(duration);
    return this;
  }

  public Collision start(Deed deed) {
    boolean a = deed.left();
    Gateway gateway = a ? lab.left : lab.right;
    String connection = a ? "to-right" : "to-left";
    Selection child = new Selection.Child(connection, "net");
    switch (deed.event()) {
      case CHILD_REKEY -> ask(gateway.engine.rekey(child, LIMIT));
      case IKE_REKEY -> {
        for (IkeSaStatus sa : gateway.engine.snapshot()) {
          ask(gateway.engine.rekey(new Selection.IkeUid(sa.uid()), LIMIT));
        }
      }
      case CHILD_DELETE -> ask(gateway.engine.terminate(child, LIMIT));
      case IKE_DELETE -> ask(gateway.engine.terminate(new Selection.Connection(connection), LIMIT));
      case INITIATE -> ask(gateway.engine.initiate(connection, "net", Duration.ofSeconds(120)));
      case LIVENESS -> liveness(gateway, a);
      case RESTART, REBOOT -> comeAgain(gateway, a, deed.event() == Event.REBOOT);
    }
    return this;
  }

  private void ask(CompletionStage<ChildResult> stage) {
    asked.add(stage);
  }

  /** Makes the side ask now, by having it wait for a moment only. */
  private void liveness(Gateway gateway, boolean a) {
    Config impatient = a ? left() : right();
    Config patient = a ? left() : right();
    gateway.engine.load(impatient.dpd(Duration.ofMillis(1)).build());
    lab.time.after(Duration.ofMillis(2), () -> gateway.engine.load(patient.build()));
  }

  private void comeAgain(Gateway gateway, boolean a, boolean empty) {
    // Those who asked the life that ended hear nothing more.
    asked.removeIf(stage -> !stage.toCompletableFuture().isDone());
    Gateway next = gateway.reborn(empty);
    if (a) {
      lab.left = next;
    } else {
      lab.right = next;
    }
    next.load((a ? left() : right()).build());
    ask(next.engine.initiate(a ? "to-right" : "to-left", "net", Duration.ofSeconds(120)));
  }

  // --- the end ------------------------------------------------------------------------------

  /** What both may end with. */
  public enum Verdict {
    PAIR,
    NONE,
    EITHER,
    /**
     * As {@link #EITHER}, after one side forgot and was ended: the other finds that out by a
     * liveness check, and what the earlier life left in the plane goes with the next child.
     */
    FORGOTTEN
  }

  /** Lets everything settle and looks for anything wrong; empty: all is well. */
  public List<String> verdict(Verdict expected) {
    lab.net.fine();
    forgotten = expected == Verdict.FORGOTTEN;
    if (forgotten) {
      // A check that was the last deed still sets back the settings, which would void ours.
      lab.time.run(Duration.ofMillis(5));
      Duration delay = Duration.ofSeconds(20);
      lab.load(left().dpd(delay), right().dpd(delay));
    }
    lab.time.run(SETTLE);
    if (forgotten) {
      lab.load(left(), right());
      lab.time.run(Duration.ofSeconds(1));
    }
    boolean up = !lab.left.children().isEmpty();
    check(
        expected == Verdict.EITHER || forgotten || up == (expected == Verdict.PAIR),
        "child is up: " + up);
    settled();
    if (problems.isEmpty()) {
      probe(up);
    }
    return problems;
  }

  private void settled() {
    List<IkeSaStatus> left = lab.left.engine.snapshot();
    List<IkeSaStatus> right = lab.right.engine.snapshot();
    check(left.size() <= 1 && left.size() == right.size(), "IKE SAs: " + left + " and " + right);
    if (left.size() == 1 && right.size() == 1) {
      IkeSaStatus a = left.get(0);
      IkeSaStatus b = right.get(0);
      check(
          a.state().equals("ESTABLISHED") && b.state().equals("ESTABLISHED"),
          "states " + a.state() + " and " + b.state());
      check(
          a.initiatorSpi() == b.initiatorSpi()
              && a.responderSpi() == b.responderSpi()
              && a.initiator() != b.initiator(),
          "they mean different IKE SAs");
    }
    children(lab.left.children(), lab.right.children());
    for (Gateway gateway : List.of(lab.left, lab.right)) {
      plane(gateway, gateway == lab.left ? lab.right : lab.left);
      told(gateway);
      check(gateway.count("ike-internal-errors") == 0, "internal errors");
    }
    check(lab.time.pending() == 0, "timers left: " + lab.time.pending());
    long silent = asked.stream().filter(stage -> !stage.toCompletableFuture().isDone()).count();
    check(silent == 0, silent + " callers never got an answer");
  }

  private void children(List<ChildSaStatus> a, List<ChildSaStatus> b) {
    check(a.size() <= 1 && a.size() == b.size(), "children: " + a + " and " + b);
    if (a.size() == 1 && b.size() == 1) {
      check(
          a.get(0).state().equals("INSTALLED") && b.get(0).state().equals("INSTALLED"),
          "child states " + a.get(0).state() + " and " + b.get(0).state());
      check(
          spiIn(a.get(0)) == b.get(0).spiOut() && spiIn(b.get(0)) == a.get(0).spiOut(),
          "they mean different child SAs");
    }
  }

  private static long spiIn(ChildSaStatus child) {
    return child.spiIn().orElseThrow().spi().value();
  }

  private void plane(Gateway gateway, Gateway peer) {
    FakePlane plane = gateway.plane;
    String side = gateway == lab.left ? "A" : "B";
    int children = gateway.children().size();
    if (forgotten && children == 0) {
      check(plane.sas().stream().allMatch(plane::isEarlier), side + " has SAs " + plane.sas());
      return;
    }
    check(plane.sas().size() == 2 * children, side + " has SAs " + plane.sas());
    check(plane.claims().size() == 2 * children, side + " has claims: " + plane.claims().size());
    check(plane.claims().stream().allMatch(c -> c.awake), side + " has claims asleep");
    check(plane.leases().isEmpty(), side + " has leases " + plane.leases());
    check(plane.reusedKeys().isEmpty(), side + " used keys again: " + plane.reusedKeys());
    if (children == 1) {
      Optional<FakePlane.Installed> out = plane.outboundOf("net");
      check(out.isPresent(), side + " holds its traffic");
      check(out.filter(o -> Lab.canDecrypt(peer, o)).isPresent(), side + " is not understood");
    }
  }

  /** Who only listened knows what is up. */
  private void told(Gateway gateway) {
    Set<String> up = new HashSet<>();
    for (EngineEvent event : gateway.events) {
      if (event instanceof EngineEvent.ChildUp e) {
        up.add(e.child().uid());
      } else if (event instanceof EngineEvent.ChildRekeyed e) {
        up.remove(e.oldUid());
        up.add(e.child().uid());
      } else if (event instanceof EngineEvent.ChildDown e) {
        up.remove(e.uid());
      }
    }
    Set<String> real = new HashSet<>();
    gateway.children().forEach(c -> real.add(c.uid()));
    check(
        up.containsAll(real),
        (gateway == lab.left ? "A" : "B") + " told that " + up + " are up, really " + real);
  }

  /** Both can still do everything. */
  private void probe(boolean up) {
    for (boolean a : new boolean[] {true, false}) {
      Gateway gateway = a ? lab.left : lab.right;
      Selection child = new Selection.Child(a ? "to-right" : "to-left", "net");
      CompletionStage<ChildResult> done =
          up || !a
              ? gateway.engine.rekey(child, LIMIT)
              : gateway.engine.initiate("to-right", "net", LIMIT);
      lab.time.run(Duration.ofSeconds(40));
      boolean ok =
          done.toCompletableFuture().isDone() && done.toCompletableFuture().join().outcome().done();
      check(ok, "afterwards " + (a ? "A" : "B") + " can do nothing");
    }
    forgotten = false;
    settled();
  }

  private void check(boolean good, String problem) {
    if (!good) {
      problems.add(problem);
    }
  }
}
