package io.keyway.api.plane;

import io.keyway.api.sa.Generation;
import io.keyway.api.sa.SaId;
import java.util.List;
import java.util.Map;

/**
 * What is on a device, read back as far as it can be.
 *
 * @param rows table rows for people: table, key fields, action with parameters; {@code ours} tells
 *     whether we wrote it
 * @param sas SAs, from the device where it can list them, else from what was confirmed
 * @param sasReadBack true when {@code sas} come from the device itself
 */
public record PlaneSnapshot(
    Generation generation, List<Row> rows, List<SaId> sas, boolean sasReadBack) {

  /** One row of one table. */
  public record Row(
      String table,
      Map<String, String> key,
      String action,
      Map<String, String> params,
      boolean ours) {
    public Row {
      key = Map.copyOf(key);
      params = Map.copyOf(params);
    }
  }

  public PlaneSnapshot {
    rows = List.copyOf(rows);
    sas = List.copyOf(sas);
  }
}
