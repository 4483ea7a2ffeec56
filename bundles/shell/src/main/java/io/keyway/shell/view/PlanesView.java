package io.keyway.shell.view;

import io.keyway.api.plane.DataPlane;
import io.keyway.api.plane.PlaneStatus;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;

/** Prints data planes. */
public final class PlanesView {

  private PlanesView() {}

  /** Lines for people, in the order given. */
  public static List<String> lines(List<DataPlane> planes, Instant now) {
    if (planes.isEmpty()) {
      return List.of("there are no data planes; is one configured, and its bundle active?");
    }
    List<String> lines = new ArrayList<>();
    for (DataPlane plane : planes) {
      PlaneStatus status = plane.status();
      lines.add(
          plane.name()
              + ": "
              + plane.type()
              + ", "
              + status.connection()
              + ", generation "
              + status.generation());
      if (!status.reason().isEmpty()) {
        lines.add("  reason: " + Words.printable(status.reason()));
      }
      for (String warning : status.warnings()) {
        lines.add("  warning: " + Words.printable(warning));
      }
      for (PlaneStatus.TableUse table : status.tables()) {
        lines.add(
            "  "
                + table.table()
                + ": "
                + table.used()
                + " of "
                + table.size()
                + " rows, "
                + Math.max(0, table.size() - table.used())
                + " free");
      }
      String drift =
          status.drift().isEmpty()
              ? "never compared"
              : status.drift().getAsLong() + " entries differ";
      lines.add(
          "  "
              + drift
              + status.lastReconcile().map(t -> ", compared " + Words.ago(t, now)).orElse(""));
      status
          .spis()
          .ifPresent(
              spis ->
                  lines.add(
                      "  SPIs: "
                          + spis.leased()
                          + " leased, "
                          + spis.pooled()
                          + " pooled, "
                          + spis.leaked()
                          + " leaked"));
      status.exposure().ifPresent(e -> lines.add("  " + exposure(e, now)));
    }
    return lines;
  }

  private static String exposure(PlaneStatus.Exposure exposure, Instant now) {
    return "lost its rows "
        + Words.ago(exposure.since(), now)
        + exposure
            .length()
            .map(l -> ", all traffic held again after " + l.toMillis() + " ms")
            .orElse(", and traffic may be in CLEAR still");
  }

  public static String json(List<DataPlane> planes) {
    return Json.write(
        planes.stream()
            .map(
                p -> {
                  PlaneStatus status = p.status();
                  return Json.object()
                      .put("name", p.name())
                      .put("type", p.type())
                      .put("connection", status.connection())
                      .put("reason", status.reason())
                      .put("generation", status.generation().number())
                      .put(
                          "tables",
                          status.tables().stream()
                              .map(
                                  t ->
                                      Json.object()
                                          .put("table", t.table())
                                          .put("used", t.used())
                                          .put("size", t.size()))
                              .toList())
                      .put("warnings", status.warnings())
                      .put("drift", status.drift())
                      .put("last-reconcile", status.lastReconcile())
                      .put(
                          "spis",
                          status
                              .spis()
                              .map(
                                  s ->
                                      Json.object()
                                          .put("leased", s.leased())
                                          .put("pooled", s.pooled())
                                          .put("leaked", s.leaked())))
                      .put(
                          "exposure",
                          status
                              .exposure()
                              .map(
                                  e ->
                                      Json.object()
                                          .put("since", e.since())
                                          .put("open", e.length().isEmpty())
                                          .put(
                                              "milliseconds", e.length().map(Duration::toMillis))));
                })
            .toList());
  }
}
