package io.keyway.plane.infrap4d.pipeline;

import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/**
 * A row as it was read from the device.
 *
 * @param action empty when it is none that we ever write
 * @param actionName what the program calls it
 * @param params by name, for people
 */
public record DeviceRow(
    RowKey key, Optional<RowAction> action, String actionName, Map<String, String> params) {
  public DeviceRow {
    params = Map.copyOf(params);
  }

  /** Indexes of the SAs that it leads packets to, or is about. */
  public Set<Long> indexes() {
    Set<Long> indexes = new TreeSet<>();
    if (key.table() == IpsecTable.ENCAP_MOD || key.table() == IpsecTable.TUNNEL) {
      indexes.add(key.values().get(0));
    }
    action
        .filter(a -> a.action() == IpsecAction.DECRYPT || a.action() == IpsecAction.PROTECT)
        .ifPresent(a -> indexes.add(a.params().get(0)));
    // 0 names no SA; wider ones the program does not have.
    indexes.remove(0L);
    return indexes;
  }
}
