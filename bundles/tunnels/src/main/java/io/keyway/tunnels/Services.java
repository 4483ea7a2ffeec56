package io.keyway.tunnels;

import io.keyway.api.ike.IkeEngine;
import io.keyway.api.plane.DataPlane;
import io.keyway.api.sa.SadService;
import io.keyway.api.sp.SpdService;
import io.keyway.api.store.StateStore;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/** Services that are there now; belongs to the loop. */
final class Services {

  IkeEngine engine;
  SpdService spd;
  SadService sad;
  StateStore store;
  final Map<String, DataPlane> planes = new TreeMap<>();

  /** Which service a tunnel waits for, in the operator's words. */
  Optional<String> missing() {
    if (engine == null) {
      return Optional.of("waiting for an IKE engine");
    }
    if (sad == null) {
      return Optional.of("waiting for service sad");
    }
    return spd == null ? Optional.of("waiting for service spd") : Optional.empty();
  }

  /** Why a data plane cannot be used now. */
  Optional<String> planeProblem(String name) {
    DataPlane plane = planes.get(name);
    if (plane == null) {
      return Optional.of("waiting for data plane " + name);
    }
    var status = plane.status();
    return status.ready()
        ? Optional.empty()
        : Optional.of("data plane " + name + ": " + status.reason());
  }
}
