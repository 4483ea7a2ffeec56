package io.keyway.it.vrouter;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import io.keyway.it.kit.lab.Await;
import io.keyway.it.kit.vrouter.RouterLab;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** A numbered stream each way between the hosts of a lab, and an eye on every frame outside. */
final class Flow {

  private static final String RATE = "200";

  private final LiveScript fromRight;
  private final LiveScript fromLeft;
  private final LiveScript wire;

  private Flow(LiveScript fromRight, LiveScript fromLeft, LiveScript wire) {
    this.fromRight = fromRight;
    this.fromLeft = fromLeft;
    this.wire = wire;
  }

  static Flow start(RouterLab lab) {
    String left = lab.left().hostAddress();
    String right = lab.right().hostAddress();
    return new Flow(
        lab.owns(
            LiveScript.start(lab.left().host(), lab.directory(), "flow.py", left, right, RATE)),
        lab.owns(
            LiveScript.start(lab.right().host(), lab.directory(), "flow.py", right, left, RATE)),
        lab.owns(LiveScript.start(lab.transit(), lab.directory(), "wire.py", lab.left().name())));
  }

  /** Waits until half a second's worth more has arrived at both ends. */
  void awaitMore() {
    long left = fromRight.received();
    long right = fromLeft.received();
    Await.until(
        "packets arrive at both ends",
        () -> fromRight.received() > left + 100 && fromLeft.received() > right + 100);
  }

  /** What became of it all. */
  Verdict end() {
    JsonObject atLeft = fromRight.end();
    JsonObject atRight = fromLeft.end();
    return new Verdict(atLeft, atRight, wire.end());
  }

  /**
   * At the end.
   *
   * @param atLeft what the left host received of the right one's, and the other way round
   */
  record Verdict(JsonObject atLeft, JsonObject atRight, JsonObject wire) {

    /** Nothing in clear, and no sequence number of an SA used twice, of all frames there were. */
    Verdict assertClean() {
      assertThat(wire.get("lost").getAsInt()).as("every frame was seen").isZero();
      assertThat(wire.getAsJsonArray("clear")).as("in clear on the wire").isEmpty();
      assertThat(wire.getAsJsonArray("twice")).as("(SPI, sequence) used twice").isEmpty();
      assertThat(wire.getAsJsonObject("esp").size()).as("SAs on the wire").isPositive();
      assertThat(atLeft.get("twice").getAsInt() + atRight.get("twice").getAsInt()).isZero();
      return this;
    }

    /**
     * Packets of both ends that were sent between these moments of {@link System#nanoTime}, and
     * never arrived.
     */
    int lost(long from, long to) {
      return lost(atLeft, atRight, from, to) + lost(atRight, atLeft, from, to);
    }

    /**
     * As {@link #lost}, without a gap that reaches over {@code to}: when something is killed then,
     * what was under way, or planned and not sent yet, is lost together with all that follows.
     */
    int lostApartFrom(long from, long to) {
      return lost(ended(atLeft, atRight, to), atRight, from, to)
          + lost(ended(atRight, atLeft, to), atLeft, from, to);
    }

    /** The gaps whose last packet was due before that moment. */
    private static JsonObject ended(JsonObject receiver, JsonObject sender, long moment) {
      long began = sender.get("began").getAsLong();
      JsonArray all = new JsonArray();
      for (JsonElement range : receiver.getAsJsonArray("missing")) {
        if (due(began, range.getAsJsonArray().get(1).getAsInt()) < moment) {
          all.add(range);
        }
      }
      JsonObject rest = new JsonObject();
      rest.add("missing", all);
      return rest;
    }

    private static long due(long began, int number) {
      return began + number * TimeUnit.SECONDS.toNanos(1) / Integer.parseInt(RATE);
    }

    private static int lost(JsonObject receiver, JsonObject sender, long from, long to) {
      long began = sender.get("began").getAsLong();
      int lost = 0;
      for (JsonElement range : receiver.getAsJsonArray("missing")) {
        JsonArray r = range.getAsJsonArray();
        for (int n = r.get(0).getAsInt(); n <= r.get(1).getAsInt(); n++) {
          long sent = due(began, n);
          lost += sent >= from && sent < to ? 1 : 0;
        }
      }
      return lost;
    }

    /** Pauses of both ends that began after this moment of {@link System#nanoTime}. */
    List<Long> pausesSince(long moment) {
      List<Long> all = new ArrayList<>();
      for (JsonObject end : List.of(atLeft, atRight)) {
        for (JsonElement pause : end.getAsJsonArray("pauses")) {
          long to = pause.getAsJsonArray().get(1).getAsLong();
          if (to > moment) {
            all.add(TimeUnit.NANOSECONDS.toMillis(to - pause.getAsJsonArray().get(0).getAsLong()));
          }
        }
      }
      return all;
    }
  }
}
