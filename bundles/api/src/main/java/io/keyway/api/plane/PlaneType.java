package io.keyway.api.plane;

import io.keyway.api.intent.IntentObject.PlaneConfig;

/**
 * A type of data plane that can be configured. One service per southbound bundle; with it, a tunnel
 * can be checked in the same breath in which its data plane is first written.
 */
public interface PlaneType {

  /** Type in the configuration, such as {@code infrap4d}. */
  String type();

  /** What a device configured so can represent. */
  PlaneModel model(PlaneConfig config);
}
