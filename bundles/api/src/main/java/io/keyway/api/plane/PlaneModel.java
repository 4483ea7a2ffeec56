package io.keyway.api.plane;

import io.keyway.api.Result;
import io.keyway.api.sa.Direction;
import io.keyway.api.ts.SelectorPair;

/** What a data plane of a certain type can represent; known without any contact to a device. */
public interface PlaneModel {

  /** Name of the data plane in the configuration. */
  String name();

  PlaneCapabilities capabilities();

  /** What SAs and policies take in the device's tables. */
  default RowNeeds rowNeeds() {
    return RowNeeds.NONE;
  }

  /**
   * The place that a policy takes on this device, as an opaque key: pairs with the same key
   * collide.
   *
   * @return REFUSED with the reason when the device cannot represent the selectors exactly
   */
  Result<String> place(Direction direction, SelectorPair selectors);
}
