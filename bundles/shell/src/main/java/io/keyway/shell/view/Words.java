package io.keyway.shell.view;

import io.keyway.api.sa.Usage;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;

/** Small pieces of text that all views share. */
final class Words {

  private Words() {}

  /** {@code "12s ago"} or {@code "in 3600s"}, as swanctl counts. */
  static String ago(Instant then, Instant now) {
    return Math.max(0, Duration.between(then, now).toSeconds()) + "s ago";
  }

  static String in(Instant then, Instant now) {
    long seconds = Duration.between(now, then).toSeconds();
    return seconds >= 0 ? "in " + seconds + "s" : -seconds + "s overdue";
  }

  /** Counters that are kept; what the plane does not count is not shown as 0. */
  static String usage(Usage usage) {
    if (usage.packets().isEmpty() && usage.bytes().isEmpty()) {
      return "not counted by the data plane";
    }
    String packets =
        usage.packets().isPresent() ? usage.packets().getAsLong() + " packets" : "packets unknown";
    String bytes =
        usage.bytes().isPresent() ? usage.bytes().getAsLong() + " bytes" : "bytes unknown";
    return bytes + ", " + packets;
  }

  static Json.Members json(Usage usage) {
    return Json.object()
        .put("packets", usage.packets())
        .put("bytes", usage.bytes())
        .put("last-use", usage.lastUseSeconds());
  }

  /** Text from a peer or a device, safe for a terminal. */
  static String printable(String text) {
    return text.replaceAll("\\p{Cntrl}", "?");
  }

  static String timing(Optional<Instant> since, String verb, Instant now) {
    return since.map(t -> verb + " " + ago(t, now)).orElse("not " + verb + " yet");
  }
}
