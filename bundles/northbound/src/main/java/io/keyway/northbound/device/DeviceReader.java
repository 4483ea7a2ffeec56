package io.keyway.northbound.device;

import io.keyway.api.sa.Owner;
import io.keyway.api.sa.SaId;
import io.keyway.api.sa.SadService;
import io.keyway.api.sa.Usage;
import io.keyway.northbound.Services;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import org.opendaylight.yangtools.yang.data.api.schema.ContainerNode;

/** Reads what one data plane has, whenever somebody asks. */
final class DeviceReader {

  private static final Duration USAGE_LIMIT = Duration.ofSeconds(5);

  /** States in which the SA is on the device. */
  private static final Set<String> THERE = Set.of("installed", "removing");

  /** The state of an SA whose device began another life. */
  static final String BURNT = "burnt";

  private final Services services;
  private final String plane;

  DeviceReader(Services services, String plane) {
    this.services = services;
    this.plane = plane;
  }

  String plane() {
    return plane;
  }

  ContainerNode config() {
    return DeviceTree.config(entries());
  }

  /** Without counters when the device does not tell them in time. */
  CompletionStage<ContainerNode> state() {
    List<SadService.Entry> entries = entries();
    List<SaId> ids = entries.stream().map(entry -> entry.sa().id()).toList();
    return services
        .sad
        .get()
        .filter(sad -> !ids.isEmpty())
        .map(sad -> sad.usage(ids, USAGE_LIMIT).toCompletableFuture())
        .orElseGet(() -> CompletableFuture.completedFuture(Map.of()))
        .thenApply(Map::copyOf)
        .completeOnTimeout(
            Map.<SaId, Usage>of(), USAGE_LIMIT.toMillis() + 500, TimeUnit.MILLISECONDS)
        .exceptionally(e -> Map.of())
        .thenApply(usage -> DeviceTree.state(entries, usage));
  }

  private List<SadService.Entry> entries() {
    return services
        .sad
        .get()
        .map(
            sad ->
                sad.entries().stream()
                    .filter(entry -> entry.sa().id().plane().equals(plane))
                    .filter(DeviceReader::shown)
                    .toList())
        .orElse(List.of());
  }

  /** Who wrote an SA by hand has to learn here that it needs a new key; IKE sees to its own. */
  private static boolean shown(SadService.Entry entry) {
    return THERE.contains(entry.state())
        || entry.state().equals(BURNT) && entry.sa().child().owner().name().equals(Owner.MANUAL);
  }
}
