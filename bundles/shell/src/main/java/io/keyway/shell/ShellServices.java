package io.keyway.shell;

import io.keyway.api.ike.IkeEngine;
import io.keyway.api.intent.IntentStore;
import io.keyway.api.plane.DataPlane;
import io.keyway.api.sa.SadService;
import io.keyway.api.sp.SpdService;
import io.keyway.api.store.SecretStore;
import io.keyway.api.tunnel.TunnelService;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicReference;

/**
 * The services there are at the moment. Any of them may be missing while its bundle is being
 * replaced; the commands stay and say so.
 */
public class ShellServices {

  protected final AtomicReference<IntentStore> intentStore = new AtomicReference<>();
  protected final AtomicReference<TunnelService> tunnelService = new AtomicReference<>();
  protected final AtomicReference<SadService> sadService = new AtomicReference<>();
  protected final AtomicReference<SpdService> spdService = new AtomicReference<>();
  protected final AtomicReference<SecretStore> secretStore = new AtomicReference<>();
  protected final List<IkeEngine> engineList = new CopyOnWriteArrayList<>();
  protected final List<DataPlane> planeList = new CopyOnWriteArrayList<>();

  public IntentStore intent() {
    return require(intentStore, "configuration store", "keyway-northbound");
  }

  public TunnelService tunnels() {
    return require(tunnelService, "tunnel service", "keyway-tunnels");
  }

  /** Why configured entries other than tunnels are not in force; nothing without the service. */
  public Map<String, String> problems() {
    TunnelService tunnels = tunnelService.get();
    return tunnels == null ? Map.of() : tunnels.problems();
  }

  public SpdService spd() {
    return require(spdService, "policy database", "keyway-spd");
  }

  public SecretStore secrets() {
    return require(secretStore, "secret store", "keyway-secrets");
  }

  /** May be missing without harm: lists then have no counters of SAs. */
  public Optional<SadService> sad() {
    return Optional.ofNullable(sadService.get());
  }

  /** Every engine, by name; fails when there is none. */
  public List<IkeEngine> engines() {
    List<IkeEngine> engines =
        engineList.stream().sorted(Comparator.comparing(IkeEngine::name)).toList();
    if (engines.isEmpty()) {
      throw missing("IKE engine", "keyway-ike-engine");
    }
    return engines;
  }

  /** Every data plane, by name; none configured is no error. */
  public List<DataPlane> planes() {
    return planeList.stream().sorted(Comparator.comparing(DataPlane::name)).toList();
  }

  private static <T> T require(AtomicReference<T> service, String what, String bundle) {
    T found = service.get();
    if (found == null) {
      throw missing(what, bundle);
    }
    return found;
  }

  private static CommandFailure missing(String what, String bundle) {
    return new CommandFailure(
        "there is no "
            + what
            + " now: the bundle "
            + bundle
            + " is not active; look with 'bundle:list' and start it");
  }
}
