package io.keyway.it.demo.vrouter;

import io.keyway.it.kit.vrouter.RouterLab;
import io.keyway.it.kit.vrouter.RouterLab.Side;
import java.io.Closeable;
import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** Paced, numbered datagrams between the hosts, both ways and by both families. */
final class Streams implements Closeable {

  /** What is under way when the sender stops. */
  private static final long SETTLE_MS = 300;

  private final Routers routers;
  private final Host left;
  private final Host right;
  private final Map<Side, Long> sentProtected = new LinkedHashMap<>();
  private int stream;
  private long arrived;

  Streams(Routers routers, String text) throws IOException {
    this.routers = routers;
    RouterLab lab = routers.lab();
    left = Host.start(lab.left(), lab.right(), text);
    try {
      right = Host.start(lab.right(), lab.left(), text);
    } catch (IOException e) {
      left.close();
      throw e;
    }
  }

  /**
   * What became of a stream.
   *
   * @param sent by each host and family
   * @param missing numbers that did not come, by direction and family
   */
  record Outcome(Map<Side, Integer> sent, Map<String, List<Integer>> missing) {

    long lost() {
      return missing.values().stream().mapToLong(List::size).sum();
    }

    /** How many a host sent in all. */
    long sentBy(Side side) {
      return 2L * sent.get(side);
    }

    long arrived() {
      return sent.values().stream().mapToLong(n -> 2L * n).sum() - lost();
    }

    /** Whether what is missing of each direction and family is one run of numbers at most. */
    boolean oneGapEach() {
      return missing.values().stream()
          .allMatch(m -> m.isEmpty() || m.get(m.size() - 1) - m.get(0) == m.size() - 1);
    }

    String gaps(int perSecond) {
      StringBuilder text = new StringBuilder();
      new TreeMap<>(missing)
          .forEach(
              (way, numbers) ->
                  text.append(text.isEmpty() ? "" : "; ")
                      .append(way)
                      .append(
                          numbers.isEmpty()
                              ? ": none lost"
                              : ": %d lost, numbers %d to %d, %.2f s"
                                  .formatted(
                                      numbers.size(),
                                      numbers.get(0),
                                      numbers.get(numbers.size() - 1),
                                      numbers.size() / (double) perSecond)));
      return text.toString();
    }

    @Override
    public String toString() {
      return (arrived() + lost()) + " sent, " + lost() + " lost";
    }
  }

  /** Has both hosts send until {@link #end}. */
  void begin(int perSecond) throws IOException {
    stream++;
    left.send(stream, perSecond);
    right.send(stream, perSecond);
  }

  Outcome end() throws IOException, InterruptedException {
    Map<Side, Integer> sent = new LinkedHashMap<>();
    Side first = routers.lab().left();
    Side second = routers.lab().right();
    sent.put(first, left.stop());
    sent.put(second, right.stop());
    Thread.sleep(SETTLE_MS);
    Map<String, List<Integer>> missing = new LinkedHashMap<>();
    right
        .missing(stream, sent.get(first))
        .forEach((family, numbers) -> missing.put("left to right by " + family, numbers));
    left.missing(stream, sent.get(second))
        .forEach((family, numbers) -> missing.put("right to left by " + family, numbers));
    Outcome outcome = new Outcome(sent, missing);
    arrived += outcome.arrived();
    if (outcome.arrived() > 0) {
      sent.forEach((side, count) -> sentProtected.merge(side, (long) count, Long::sum));
    }
    return outcome;
  }

  /** How many a host sent by each family in streams of which something arrived. */
  long protectedBy(Side side) {
    return sentProtected.getOrDefault(side, 0L);
  }

  /** How many arrived in all. */
  long arrived() {
    return arrived;
  }

  @Override
  public void close() throws IOException {
    try (left) {
      right.close();
    }
  }
}
