package io.keyway.api.tunnel;

import io.keyway.api.Registration;
import io.keyway.api.ike.AddressPool;
import io.keyway.api.ike.ChildResult;
import io.keyway.api.intent.IntentObject.ChildPolicy;
import io.keyway.api.intent.IntentObject.Gateway;
import io.keyway.api.intent.IntentObject.PlaneConfig;
import io.keyway.api.intent.IntentObject.Tunnel;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletionStage;
import java.util.function.Consumer;

/** What northbound and shell ask of tunnels, by the names of the configuration. */
public interface TunnelService {

  /** Every configured tunnel, up or not; one snapshot, many readers. */
  List<TunnelStatus> statuses();

  /** Brings a tunnel up and waits for it; the result says why not. */
  CompletionStage<ChildResult> initiate(String tunnel, Duration timeout);

  /**
   * Takes a tunnel's SAs down, telling the peer; its traffic is held. It stays down until it is
   * initiated, by us or by the peer, or its configuration changes.
   */
  CompletionStage<ChildResult> terminate(String tunnel, Duration timeout);

  /** Rekeys a tunnel's children. */
  CompletionStage<ChildResult> rekey(String tunnel, Duration timeout);

  /**
   * Why a tunnel could not be carried out exactly by its data plane, for a check before it is
   * configured. Pure, and quick enough for a commit.
   *
   * @param pools that the gateway names, as far as they are there
   * @param plane the data plane that the gateway names, or the only one
   * @return empty when it can be, or when no bundle knows that type of data plane
   */
  Optional<String> refusal(
      Tunnel tunnel,
      Gateway gateway,
      List<AddressPool> pools,
      ChildPolicy policy,
      PlaneConfig plane);

  /**
   * Why configured entries other than tunnels are not in force, such as a bypass policy that its
   * data plane has no room for; by {@code list=name}, such as {@code policies/policy=dns}. One
   * snapshot, many readers.
   */
  default Map<String, String> problems() {
    return Map.of();
  }

  /** Subscribes to events; must not block. */
  Registration subscribe(Consumer<TunnelEvent> listener);
}
