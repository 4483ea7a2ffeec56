package io.keyway.plane.infrap4d.emulated;

import io.keyway.plane.infrap4d.settings.Infrap4dSettings;
import io.keyway.plane.infrap4d.settings.Quirks;
import io.keyway.plane.infrap4d.settings.Timing;
import io.keyway.plane.support.settings.HostPort;
import io.keyway.plane.support.settings.TlsSettings;
import java.util.function.Consumer;

/** Settings that are being changed. */
final class Draft {
  String name;
  HostPort p4runtime;
  HostPort gnmi;
  long deviceId;
  String role;
  boolean claimTables;
  int electionPriority;
  boolean ikeElsewhere;
  int maxReplayWindow;
  TlsSettings tls;
  Quirks quirks;
  Timing timing;

  private Draft(Infrap4dSettings s) {
    name = s.name();
    p4runtime = s.p4runtime();
    gnmi = s.gnmi();
    deviceId = s.deviceId();
    role = s.role();
    claimTables = s.claimTables();
    electionPriority = s.electionPriority();
    ikeElsewhere = s.ikeElsewhere();
    maxReplayWindow = s.maxReplayWindow();
    tls = s.tls();
    quirks = s.quirks();
    timing = s.timing();
  }

  /** A copy with a change. */
  static Infrap4dSettings of(Infrap4dSettings settings, Consumer<Draft> change) {
    Draft d = new Draft(settings);
    change.accept(d);
    return new Infrap4dSettings(
        d.name,
        d.p4runtime,
        d.gnmi,
        d.deviceId,
        d.role,
        d.claimTables,
        d.electionPriority,
        d.ikeElsewhere,
        d.maxReplayWindow,
        d.tls,
        d.quirks,
        d.timing);
  }
}
