package io.keyway.it.interop;

import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import io.keyway.it.kit.lab.Await;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** What charon told its stub kernel, read again whenever a test asks. */
final class StubLog {

  /**
   * AEAD ciphers have no integrity algorithm; charon's number for that lies outside the registry.
   */
  private static final int UNDEFINED_INTEGRITY = 1024;

  private final Path file;

  StubLog(Path file) {
    this.file = file;
  }

  /** All events so far, in order. */
  List<JsonObject> events() {
    if (!Files.exists(file)) {
      return List.of();
    }
    try {
      String text = Files.readString(file);
      List<JsonObject> events = new ArrayList<>();
      // What stands behind the last newline may still be half a line.
      for (String line : text.substring(0, text.lastIndexOf('\n') + 1).lines().toList()) {
        events.add(JsonParser.parseString(line).getAsJsonObject());
      }
      return events;
    } catch (IOException e) {
      throw new UncheckedIOException(file.toString(), e);
    }
  }

  List<JsonObject> events(String kind) {
    return events().stream().filter(e -> text(e, "event").equals(kind)).toList();
  }

  /** Every SA ever added, the oldest first. */
  List<SaKeys> added() {
    return events("add_sa").stream()
        .filter(e -> !e.get("failed").getAsBoolean())
        .map(StubLog::keys)
        .toList();
  }

  /** The SAs added and not deleted. */
  List<SaKeys> installed() {
    List<SaKeys> left = new ArrayList<>();
    for (JsonObject event : events()) {
      switch (text(event, "event")) {
        case "add_sa" -> {
          if (!event.get("failed").getAsBoolean()) {
            left.add(keys(event));
          }
        }
        case "update_sa" -> left.replaceAll(sa -> moved(sa, event));
        case "del_sa" ->
            left.removeIf(
                sa ->
                    sa.spi().equals(text(event, "spi")) && sa.dst().equals(address(event, "dst")));
        default -> {}
      }
    }
    return left;
  }

  /** MOBIKE lets charon change an SA in place. */
  private static SaKeys moved(SaKeys sa, JsonObject event) {
    boolean meant = sa.spi().equals(text(event, "spi")) && sa.dst().equals(address(event, "dst"));
    return meant ? sa.at(address(event, "new_src"), address(event, "new_dst")) : sa;
  }

  /** The SPI of the outbound policy that charon uses now, lower-case hex. */
  Optional<String> selectedOutbound() {
    List<JsonObject> live = new ArrayList<>();
    for (JsonObject event : events()) {
      if (text(event, "event").equals("add_policy") && text(event, "direction").equals("out")) {
        live.add(event);
      } else if (text(event, "event").equals("del_policy")
          && text(event, "direction").equals("out")) {
        live.removeIf(e -> text(e, "spi").equals(text(event, "spi")));
      }
    }
    return live.isEmpty() ? Optional.empty() : Optional.of(text(live.get(live.size() - 1), "spi"));
  }

  /** Waits until charon has installed this many SAs in all, and returns the newest two. */
  List<SaKeys> awaitPair(int addedInAll) {
    return Await.get(
        addedInAll + " SAs added in " + file,
        () -> {
          List<SaKeys> all = added();
          return all.size() < addedInAll
              ? Optional.empty()
              : Optional.of(SaKeys.sorted(all.subList(addedInAll - 2, addedInAll)));
        });
  }

  static String text(JsonObject event, String name) {
    return event.get(name).getAsString();
  }

  private static SaKeys keys(JsonObject event) {
    int integrity = event.get("int_alg").getAsInt();
    return new SaKeys(
        text(event, "spi"),
        address(event, "src"),
        address(event, "dst"),
        text(event, "mode"),
        event.get("enc_alg").getAsInt(),
        text(event, "enc_key"),
        integrity == UNDEFINED_INTEGRITY ? 0 : integrity,
        text(event, "int_key"),
        event.get("esn").getAsBoolean(),
        selectors(event, "src_ts"),
        selectors(event, "dst_ts"));
  }

  private static List<String> selectors(JsonObject event, String name) {
    List<String> selectors = new ArrayList<>();
    event
        .getAsJsonArray(name)
        .forEach(
            element -> {
              JsonObject ts = element.getAsJsonObject();
              selectors.add(
                  String.format(
                      "%s-%s[%d/%d-%d]",
                      address(ts, "from"),
                      address(ts, "to"),
                      ts.get("protocol").getAsInt(),
                      ts.get("from_port").getAsInt(),
                      ts.get("to_port").getAsInt()));
            });
    return selectors.stream().distinct().sorted().toList();
  }

  /** charon shortens addresses of IPv6, Java does not. */
  private static String address(JsonObject event, String name) {
    try {
      return java.net.InetAddress.getByName(text(event, name)).getHostAddress();
    } catch (java.net.UnknownHostException e) {
      throw new AssertionError(event.toString(), e);
    }
  }
}
