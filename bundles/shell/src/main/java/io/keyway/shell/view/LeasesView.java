package io.keyway.shell.view;

import io.keyway.api.ike.AddressLease;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Prints leases, in the shape of {@code swanctl --list-pools --leases}. */
public final class LeasesView {
  private LeasesView() {}

  /** Lines for people, by pool. */
  public static List<String> lines(List<AddressLease> leases, Instant now) {
    if (leases.isEmpty()) {
      return List.of("there are no leases");
    }
    Map<String, List<AddressLease>> byPool = new LinkedHashMap<>();
    leases.forEach(l -> byPool.computeIfAbsent(l.pool(), name -> new ArrayList<>()).add(l));
    List<String> lines = new ArrayList<>();
    byPool.forEach(
        (pool, all) -> {
          long online = all.stream().filter(AddressLease::online).count();
          lines.add(pool + ": " + online + " online, " + (all.size() - online) + " offline");
          all.forEach(lease -> lines.add(line(lease, now)));
        });
    return lines;
  }

  private static String line(AddressLease lease, Instant now) {
    String reserved =
        lease.reservedUntil().map(until -> ", reserved, ends " + Words.in(until, now)).orElse("");
    return String.format(
        "  %-24s %-8s '%s'%s%s",
        lease.address().getHostAddress(),
        lease.online() ? "online" : "offline",
        Words.printable(lease.identity()),
        ", " + Words.timing(Optional.of(lease.since()), lease.online() ? "given" : "left", now),
        lease.online() ? "" : reserved);
  }

  /** The same for programs. */
  public static String json(List<AddressLease> leases) {
    return Json.write(
        leases.stream()
            .map(
                lease ->
                    Json.object()
                        .put("pool", lease.pool())
                        .put("address", lease.address().getHostAddress())
                        .put("identity", lease.identity())
                        .put("online", lease.online())
                        .put("since", Optional.of(lease.since()))
                        .put("reserved-until", lease.reservedUntil()))
            .toList());
  }
}
