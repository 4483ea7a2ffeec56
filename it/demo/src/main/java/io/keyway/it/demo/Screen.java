package io.keyway.it.demo;

import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import io.keyway.emulator.v1.RowInfo;
import io.keyway.emulator.v1.SaInfo;
import java.io.PrintStream;
import java.util.List;
import java.util.stream.Collectors;

/** What the demo prints: numbered steps, and below each what was seen. */
public final class Screen {

  private final PrintStream out;
  private final long start = System.nanoTime();
  private int step;

  /** Prints to a stream. */
  public Screen(PrintStream out) {
    this.out = out;
  }

  /** Begins a step; the time since the start stands at the right. */
  public void step(String text) {
    out.printf("%n%2d. %-88s %5.1f s%n", ++step, text, (System.nanoTime() - start) / 1e9);
  }

  /** A line below the step. */
  public void line(String text, Object... values) {
    out.println("    " + text.formatted(values));
  }

  /** One IKE SA of the state tree. */
  public void ikeSa(JsonObject sa) {
    line(
        "%s  %s  %s -> %s  %s",
        text(sa, "gateway"),
        text(sa, "state"),
        text(sa, "initiator-spi"),
        text(sa, "responder-spi"),
        text(sa, "proposal"));
    line("      %s === %s", text(sa, "local-id"), text(sa, "remote-id"));
  }

  /** One child SA of the state tree. */
  public void childSa(JsonObject sa) {
    line(
        "%s  %s  in %s  out %s  %s  on %s",
        text(sa, "name"),
        text(sa, "state"),
        text(sa, "spi-in"),
        text(sa, "spi-out"),
        text(sa, "proposal"),
        text(sa, "data-plane"));
  }

  void row(RowInfo row) {
    String table = row.getTable().substring(row.getTable().lastIndexOf('.') + 1);
    String action = row.getAction().substring(row.getAction().lastIndexOf('.') + 1);
    String key =
        row.getMatchList().stream()
            .map(f -> f.getName().substring(f.getName().lastIndexOf('.') + 1) + "=" + f.getValue())
            .collect(Collectors.joining(" "));
    String params =
        row.getParamsList().stream()
            .map(f -> f.getName() + "=" + f.getValue())
            .collect(Collectors.joining(", "));
    String counter = row.hasPackets() ? "  [" + row.getPackets() + " packets]" : "";
    line("  %-34s %s -> %s(%s)%s", table, key, action, params, counter);
  }

  void sa(SaInfo sa) {
    line(
        "  %-8s spi 0x%08x  index %d  %s  esn %s  %d packets",
        sa.getInbound() ? "inbound" : "outbound",
        sa.getSpi(),
        sa.getOffloadId(),
        sa.getSuite(),
        sa.getExtSeqNum(),
        sa.getPackets());
  }

  /** A leaf, or a dash. */
  public static String text(JsonObject object, String name) {
    JsonElement element = object.get(name);
    return element == null ? "-" : element.getAsString();
  }

  /** Entries of a list, or none. */
  public static List<JsonObject> entries(JsonObject parent, String list) {
    return !parent.has(list)
        ? List.of()
        : parent.getAsJsonArray(list).asList().stream().map(JsonElement::getAsJsonObject).toList();
  }
}
