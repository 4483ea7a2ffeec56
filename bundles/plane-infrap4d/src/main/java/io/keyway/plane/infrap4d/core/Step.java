package io.keyway.plane.infrap4d.core;

import io.keyway.api.Outcome;
import io.keyway.plane.infrap4d.device.SaInsert;
import io.keyway.plane.infrap4d.device.SaRef;
import io.keyway.plane.infrap4d.pipeline.RowAction;
import io.keyway.plane.infrap4d.pipeline.RowKey;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/** What a task wants from the device next. */
sealed interface Step {

  /** Rows as they should be; empty means absent. The changes follow from the mirror. */
  record Rows(Map<RowKey, Optional<RowAction>> wanted) implements Step {
    public Rows {
      wanted = new LinkedHashMap<>(wanted);
    }
  }

  /**
   * Installs an SA.
   *
   * @param entry what is known of it while there is no answer
   */
  record Insert(SaInsert sa, SaEntry entry) implements Step {}

  /** Removes an SA. */
  record Delete(SaRef sa) implements Step {}

  /** Nothing more. */
  record Done(Outcome outcome) implements Step {}
}
