package io.keyway.plane.infrap4d.core;

import io.keyway.api.plane.RowNeeds;
import io.keyway.api.sa.IpsecMode;
import io.keyway.plane.infrap4d.pipeline.IpsecAction;
import io.keyway.plane.infrap4d.pipeline.IpsecTable;
import io.keyway.plane.infrap4d.pipeline.RowAction;
import io.keyway.plane.infrap4d.pipeline.RowKey;
import io.keyway.plane.infrap4d.settings.Quirks;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** The rows of one place: one in the SPD, one or two in tx classification. */
final class PlaceRows {

  private final Mirror mirror;
  private final RowKey spd;
  private final List<RowKey> tx;

  PlaceRows(Mirror mirror, Selectors place, Quirks quirks) {
    this(
        mirror,
        RowKey.spd(place.destination(), place.protocol()),
        values(quirks).stream()
            .map(v -> RowKey.txClassification(place.destination(), place.protocol(), v))
            .toList());
  }

  private PlaceRows(Mirror mirror, RowKey spd, List<RowKey> tx) {
    this.mirror = mirror;
    this.spd = spd;
    this.tx = tx;
  }

  /** The place of a row of the SPD. */
  static PlaceRows of(Mirror mirror, RowKey spd, Quirks quirks) {
    return new PlaceRows(
        mirror,
        spd,
        values(quirks).stream()
            .map(v -> RowKey.txClassification(spd.values().get(0), spd.values().get(1), v))
            .toList());
  }

  /** What this program takes: rows by SA in three tables, by place in two, by peer in one. */
  static RowNeeds needs(Quirks quirks) {
    return new RowNeeds(
        Map.of(
            IpsecTable.RX_CLASSIFICATION.shortName(),
            1,
            IpsecTable.ENCAP_MOD.shortName(),
            1,
            IpsecTable.TUNNEL.shortName(),
            1),
        Map.of(
            IpsecTable.SPD.shortName(),
            1,
            IpsecTable.TX_CLASSIFICATION.shortName(),
            values(quirks).size()),
        Map.of(IpsecTable.TUNNEL_TERM.shortName(), 1));
  }

  private static List<Integer> values(Quirks quirks) {
    return switch (quirks.tunnelRows()) {
      case BOTH -> List.of(1, 0);
      case ZERO -> List.of(0);
      case ONE -> List.of(1);
    };
  }

  /** Rows of an earlier life in tables that are ours are taken for ours. */
  PlaceRows adopt() {
    mirror.adopt(spd);
    tx.forEach(mirror::adopt);
    return this;
  }

  RowKey spd() {
    return spd;
  }

  boolean hasSpd() {
    return mirror.row(spd).isPresent() || mirror.isSuspect(spd);
  }

  /** True when some row of tx classification is there and does something else than drop. */
  boolean txActive() {
    return tx.stream()
        .map(mirror::row)
        .anyMatch(a -> a.isPresent() && a.get().action() != IpsecAction.DROP);
  }

  Map<RowKey, Optional<RowAction>> wantSpd(Optional<RowAction> action) {
    return Map.of(spd, action);
  }

  Map<RowKey, Optional<RowAction>> wantDrop() {
    return wantTx(Optional.of(RowAction.drop()));
  }

  Map<RowKey, Optional<RowAction>> wantNoTx() {
    return wantTx(Optional.empty());
  }

  private Map<RowKey, Optional<RowAction>> wantTx(Optional<RowAction> action) {
    Map<RowKey, Optional<RowAction>> wanted = new LinkedHashMap<>();
    tx.forEach(key -> wanted.put(key, action));
    return wanted;
  }

  /** What tx classification does for an SA; transport mode has an action for each underlay. */
  Map<RowKey, Optional<RowAction>> wantProtect(SaEntry sa) {
    Map<RowKey, Optional<RowAction>> wanted = new LinkedHashMap<>();
    for (RowKey key : tx) {
      int isTunnel = key.values().get(2).intValue();
      wanted.put(
          key,
          Optional.of(
              sa.mode() == IpsecMode.TUNNEL
                  ? RowAction.txTunnel(sa.remote())
                  : RowAction.txTransport(isTunnel)));
    }
    return wanted;
  }

  /**
   * Whether packets must be dropped while tx classification changes to that: not if it does it
   * already, or is a tunnel's and becomes another tunnel's, for both protect.
   */
  boolean needsDropBefore(Map<RowKey, Optional<RowAction>> wanted) {
    return txActive() && !txIs(wanted) && !(areTunnels(wanted) && areTunnels(now()));
  }

  private Map<RowKey, Optional<RowAction>> now() {
    Map<RowKey, Optional<RowAction>> rows = new LinkedHashMap<>();
    tx.forEach(key -> rows.put(key, mirror.isSuspect(key) ? Optional.empty() : mirror.row(key)));
    return rows;
  }

  private static boolean areTunnels(Map<RowKey, Optional<RowAction>> rows) {
    return rows.values().stream()
        .allMatch(a -> a.isPresent() && a.get().action() == IpsecAction.TX_TUNNEL);
  }

  /** True when tx classification does that already. */
  boolean txIs(Map<RowKey, Optional<RowAction>> wanted) {
    return wanted.entrySet().stream().allMatch(e -> mirror.row(e.getKey()).equals(e.getValue()));
  }
}
