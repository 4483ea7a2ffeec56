package io.keyway.api.tunnel;

import io.keyway.api.Registration;
import io.keyway.api.ike.ChildResult;
import java.time.Duration;
import java.util.List;
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

  /** Subscribes to events; must not block. */
  Registration subscribe(Consumer<TunnelEvent> listener);
}
