package io.keyway.plane.infrap4d.core;

import io.keyway.plane.infrap4d.device.RowResult;
import io.keyway.plane.infrap4d.pipeline.RowAction;
import io.keyway.plane.infrap4d.pipeline.RowKey;
import java.util.Optional;

/**
 * What became of one row of a step.
 *
 * @param before what the row was
 * @param wanted what it should be
 */
record RowChange(
    RowKey key, Optional<RowAction> before, Optional<RowAction> wanted, RowResult result) {}
