package io.keyway.shell.view;

import io.keyway.api.tunnel.TunnelStatus;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/** Prints how tunnels are. */
public final class TunnelsView {

  private TunnelsView() {}

  /** Lines for people, by name. */
  public static List<String> lines(List<TunnelStatus> tunnels, Instant now) {
    if (tunnels.isEmpty()) {
      return List.of("no tunnels are configured");
    }
    List<String> lines = new ArrayList<>();
    for (TunnelStatus tunnel : sorted(tunnels)) {
      lines.add(
          tunnel.name()
              + ": "
              + tunnel.phase()
              + tunnel
                  .since()
                  .map(t -> " since " + Words.ago(t, now).replace(" ago", ""))
                  .orElse("")
              + ", gateway "
              + tunnel.gateway()
              + (tunnel.dataPlane().isEmpty() ? "" : ", data plane " + tunnel.dataPlane()));
      if (!tunnel.reason().isEmpty()) {
        lines.add("  reason: " + Words.printable(tunnel.reason()));
      }
      if (tunnel.phase() != TunnelStatus.Phase.UP) {
        lines.add(
            tunnel.held() ? "  its traffic is held" : "  its traffic is NOT known to be held");
      }
      if (!tunnel.children().isEmpty()) {
        lines.add("  in  " + Words.usage(tunnel.inbound()));
        lines.add("  out " + Words.usage(tunnel.outbound()));
        lines.add("  " + tunnel.children().size() + " children, " + tunnel.rekeys() + " rekeys");
      }
      if (tunnel.acquires().isPresent()) {
        lines.add("  packets asked for it " + tunnel.acquires().getAsLong() + " times");
      }
      if (tunnel.heldTraffic().packets().orElse(0) > 0) {
        lines.add("  held " + Words.usage(tunnel.heldTraffic()));
      }
    }
    return lines;
  }

  public static String json(List<TunnelStatus> tunnels) {
    return Json.write(
        sorted(tunnels).stream()
            .map(
                t ->
                    Json.object()
                        .put("name", t.name())
                        .put("phase", t.phase())
                        .put("reason", t.reason())
                        .put("gateway", t.gateway())
                        .put("data-plane", t.dataPlane())
                        .put("held", t.held())
                        .put("since", t.since())
                        .put("rekeys", t.rekeys())
                        .put("acquires", t.acquires())
                        .put("inbound", Words.json(t.inbound()))
                        .put("outbound", Words.json(t.outbound()))
                        .put("held-traffic", Words.json(t.heldTraffic()))
                        .put(
                            "children",
                            t.children().stream().map(c -> SasView.json(c, null, null)).toList()))
            .toList());
  }

  private static List<TunnelStatus> sorted(List<TunnelStatus> tunnels) {
    return tunnels.stream().sorted(Comparator.comparing(TunnelStatus::name)).toList();
  }
}
