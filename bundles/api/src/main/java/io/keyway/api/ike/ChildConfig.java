package io.keyway.api.ike;

import io.keyway.api.crypto.EspProposal;
import io.keyway.api.sa.IpsecMode;
import io.keyway.api.sa.Lifetime;
import io.keyway.api.ts.SelectorTemplate;
import java.util.List;
import java.util.Objects;

/**
 * One CHILD_SA that a connection should have.
 *
 * @param name unique within the engine: the tunnel's name, or {@code tunnel/protocol} where a
 *     tunnel is one child per protocol
 * @param proposals in order of preference, already cut down to what the plane can carry
 * @param lifetime soft: rekey; hard: end. The engine spreads the soft limits at random
 * @param replayWindow packets
 */
public record ChildConfig(
    String name,
    IpsecMode mode,
    List<EspProposal> proposals,
    List<SelectorTemplate> localTs,
    List<SelectorTemplate> remoteTs,
    Lifetime lifetime,
    int replayWindow) {

  public ChildConfig {
    Objects.requireNonNull(name, "name");
    Objects.requireNonNull(mode, "mode");
    Objects.requireNonNull(lifetime, "lifetime");
    proposals = List.copyOf(proposals);
    localTs = List.copyOf(localTs);
    remoteTs = List.copyOf(remoteTs);
  }
}
