package io.keyway.it.bench.load;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import io.keyway.it.bench.Benchmark;
import io.keyway.it.bench.Cleanup;
import io.keyway.it.kit.Distribution;
import io.keyway.it.kit.Restconf;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Locale;

/**
 * Many entries in one call of {@code load}, with a result for each, and what it does to somebody
 * who reads meanwhile; beside the same entries by one PUT each, which is what an orchestrator does
 * without {@code load}.
 */
public final class LoadBench implements Benchmark {

  private static final String IPSEC = "/rests/data/keyway-ipsec:ipsec/";
  private static final Duration LIMIT = Duration.ofSeconds(180);
  private static final int PUTS = 500;

  private final PrintStream out;
  private final Path archive;
  private final int entries;

  /**
   * @param entries of the one call, an even number
   */
  public LoadBench(PrintStream out, Path archive, int entries) {
    this.out = out;
    this.archive = archive;
    this.entries = entries;
  }

  @Override
  public void run(Cleanup cleanup) throws IOException, InterruptedException {
    out.println("Load: a gateway and a tunnel for each site, no data plane, by RESTCONF with TLS");
    Path parent = Files.createTempDirectory("keyway-bench-load");
    cleanup.owns(() -> Files.deleteIfExists(parent));
    Distribution keyway = cleanup.owns(Distribution.unpack(archive, parent));
    keyway.start();
    Restconf restconf = keyway.awaitRestconf(Duration.ofSeconds(120));
    load(restconf, Items.policies());
    double puts = puts(restconf);
    load(restconf, Items.sites(PUTS, PUTS / 2));

    Reader before = new Reader(restconf, IPSEC + Items.gatewayEntry(0));
    Thread.sleep(5000);
    List<Double> quiet = before.end();
    int first = 2 * PUTS;
    int sites = entries / Items.OF_A_SITE;
    JsonArray items = Items.sites(first, sites);
    Reader meanwhile = new Reader(restconf, IPSEC + Items.gatewayEntry(0));
    long begun = System.nanoTime();
    load(restconf, items);
    double answered = seconds(begun);
    awaitTunnel(restconf, first + sites - 1);
    double served = seconds(begun);
    List<Double> busy = meanwhile.end();

    line("one PUT for each, %d entries", PUTS, "%.0f/s", puts);
    line("one load of %d, answered after %.1f s", entries, answered, "%.0f/s", entries / answered);
    line("  and in the status of the last tunnel after %.1f s", served, "%.0f/s", entries / served);
    line("  ratio to one PUT for each", "%.1f", entries / answered / puts);
    reads("a read before", quiet);
    reads("a read meanwhile", busy);
    cleanup.end(keyway);
  }

  private double puts(Restconf restconf) throws IOException, InterruptedException {
    long begun = System.nanoTime();
    for (int site = 0; site < PUTS; site++) {
      JsonElement body = JsonParser.parseString(Items.gateway(site));
      Restconf.Reply reply = restconf.put(IPSEC + Items.gatewayEntry(site), body);
      if (!reply.ok()) {
        throw new IOException("PUT: HTTP " + reply.status() + " " + reply.text());
      }
    }
    return PUTS / seconds(begun);
  }

  private static void load(Restconf restconf, JsonArray items)
      throws IOException, InterruptedException {
    JsonObject input = new JsonObject();
    input.add("item", items);
    input.addProperty("timeout", LIMIT.toSeconds());
    JsonArray answers = restconf.rpc("load", input, LIMIT).getAsJsonArray("item");
    if (answers.size() != items.size()) {
      throw new IOException(answers.size() + " results for " + items.size() + " entries");
    }
    for (JsonElement answer : answers) {
      if (!answer.getAsJsonObject().get("result").getAsString().equals("ok")) {
        throw new IOException("not loaded: " + answer);
      }
    }
  }

  /** The services have taken it when the tunnel has a status. */
  private static void awaitTunnel(Restconf restconf, int site)
      throws IOException, InterruptedException {
    long end = System.nanoTime() + LIMIT.toNanos();
    while (!restconf.get(IPSEC + "state/tunnels/tunnel=site-" + site).ok()) {
      if (System.nanoTime() > end) {
        throw new IOException("the last tunnel has no status after " + LIMIT.toSeconds() + " s");
      }
      Thread.sleep(20);
    }
  }

  private void reads(String label, List<Double> sorted) {
    line(
        label + ", %d of them: ms p50 / p99 / longest",
        sorted.size(),
        "%.1f / %.1f / %.1f",
        at(sorted, 0.5),
        at(sorted, 0.99),
        sorted.get(sorted.size() - 1));
  }

  private static double at(List<Double> sorted, double quantile) {
    return sorted.get((int) Math.min(sorted.size() - 1L, Math.round(quantile * sorted.size())));
  }

  /** Label and figure, with their arguments one after the other. */
  private void line(String label, Object... figure) {
    int taken = label.replaceAll("%%", "").split("%", -1).length - 1;
    Object[] first = java.util.Arrays.copyOf(figure, taken);
    Object[] rest = java.util.Arrays.copyOfRange(figure, taken + 1, figure.length);
    out.printf(
        Locale.ROOT,
        "  %-58s %s%n",
        String.format(Locale.ROOT, label, first),
        String.format(Locale.ROOT, (String) figure[taken], rest));
  }

  private static double seconds(long begun) {
    return (System.nanoTime() - begun) / 1e9;
  }
}
