package io.keyway.ike.engine;

import static org.assertj.core.api.Assertions.assertThat;

import io.keyway.ike.engine.lab.Collision;
import io.keyway.ike.engine.lab.Collision.Deed;
import io.keyway.ike.engine.lab.Collision.Event;
import io.keyway.ike.engine.lab.Collision.Spoil;
import io.keyway.ike.engine.lab.Collision.Start;
import io.keyway.ike.engine.lab.Collision.Verdict;
import io.keyway.ike.engine.lab.Collision.When;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.TestReporter;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Every pair of events, the second one started at every message and every order to a plane that the
 * first one causes (RFC 7296 sections 2.8.1, 2.8.2 and 2.25), in fine weather and with each single
 * message lost, doubled or late (section 2.1). Whatever happened, both sides end with the same IKE
 * SA and the same pair of SAs, or with nothing, and can go on.
 */
class CollisionTest {
  private static final boolean LONG = Boolean.getBoolean("keyway.long");

  /** One of so many scripts runs in fine weather. */
  private static final int FINE = LONG ? 1 : 8;

  /** One of so many scripts with a spoilt message runs. */
  private static final int SPOILT = Integer.getInteger("keyway.engine.share", LONG ? 10 : 400);

  /** IKE_SA_INIT and IKE_AUTH, or a rekey and the deletion after it. */
  private static final int MESSAGES_OF_SECOND = 4;

  private record Point(When when, int n) {}

  private record Script(
      Start start, Deed first, Deed second, Point point, Spoil spoil, int message, long seed) {

    Collision begin() {
      Collision collision = new Collision(start, seed).spoil(spoil, message);
      collision.start(first).until(point.when(), point.n());
      return collision.start(second);
    }

    List<String> problems() {
      return begin().verdict(expected());
    }

    /** A deletion wins over everything but what makes the child again. */
    private Verdict expected() {
      boolean ends = ends(first) || ends(second);
      boolean makes = makes(first) || makes(second);
      if (ends && (forgets(first) || forgets(second))) {
        return Verdict.FORGOTTEN;
      }
      return ends && makes ? Verdict.EITHER : ends ? Verdict.NONE : Verdict.PAIR;
    }

    private static boolean ends(Deed deed) {
      return deed.event() == Event.CHILD_DELETE || deed.event() == Event.IKE_DELETE;
    }

    private static boolean forgets(Deed deed) {
      return deed.event() == Event.RESTART || deed.event() == Event.REBOOT;
    }

    private static boolean makes(Deed deed) {
      return deed.event() == Event.INITIATE || forgets(deed);
    }
  }

  static Stream<Deed> deeds() {
    return Stream.of(Event.values()).flatMap(e -> Stream.of(new Deed(e, true), new Deed(e, false)));
  }

  @ParameterizedTest
  @MethodSource("deeds")
  void everyPairOfEventsAtEveryPointEndsWithOnePairOnBothSidesOrNothing(
      Deed first, TestReporter reporter) {
    List<String> found = new ArrayList<>();
    int scripts = 0;
    int run = 0;
    for (Start start : starts(first)) {
      List<Point> points = points(alone(start, first));
      for (Deed second : deeds().toList()) {
        for (Point point : points) {
          Script fine = new Script(start, first, second, point, Spoil.NOTHING, 0, scripts % 7);
          if (scripts++ % FINE == 0) {
            run++;
            note(fine, found);
          }
        }
      }
    }
    reporter.publishEntry("scripts in fine weather", run + " of " + scripts);
    assertThat(found).isEmpty();
  }

  @ParameterizedTest
  @MethodSource("deeds")
  void noSingleLostDoubledOrLateMessageOfAnyPairDoesHarm(Deed first, TestReporter reporter) {
    List<String> found = new ArrayList<>();
    int run = 0;
    int scripts = 31 * first.event().ordinal() + (first.left() ? 7 : 0);
    for (Start start : starts(first)) {
      Collision alone = alone(start, first);
      for (Deed second : deeds().toList()) {
        int messages = alone.sent() + MESSAGES_OF_SECOND;
        for (Point point : points(alone)) {
          for (int message = 1; message <= messages; message++) {
            for (Spoil spoil : List.of(Spoil.LOSE, Spoil.DOUBLE, Spoil.DELAY)) {
              if (scripts++ % SPOILT == 0) {
                run++;
                note(new Script(start, first, second, point, spoil, message, scripts % 7L), found);
              }
            }
          }
        }
      }
    }
    reporter.publishEntry("scripts with a spoilt message", String.valueOf(run));
    assertThat(found).isEmpty();
  }

  private static Collision alone(Start start, Deed deed) {
    return new Collision(start, 0).start(deed).run(Duration.ofSeconds(4));
  }

  private static void note(Script script, List<String> found) {
    List<String> problems = script.problems();
    if (!problems.isEmpty()) {
      found.add(script + ": " + problems);
    }
  }

  private static List<Start> starts(Deed first) {
    return first.event() == Event.INITIATE ? List.of(Start.NOTHING, Start.BARE) : List.of(Start.UP);
  }

  private static List<Point> points(Collision alone) {
    List<Point> points = new ArrayList<>();
    points.add(new Point(When.SENT, 0));
    for (int i = 1; i <= alone.sent(); i++) {
      points.add(new Point(When.SENT, i));
      points.add(new Point(When.ARRIVED, i));
    }
    for (int i = 1; i <= alone.planeOrders(); i++) {
      points.add(new Point(When.PLANE, i));
    }
    return points;
  }
}
