package io.keyway.plane.infrap4d.pipeline;

import java.util.Map;
import java.util.Optional;

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
}
