package io.keyway.plane.infrap4d.core;

import static org.assertj.core.api.Assertions.assertThat;

import io.keyway.api.intent.IntentObject.PlaneConfig;
import io.keyway.api.intent.IntentSnapshot;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Executors;
import org.junit.jupiter.api.Test;

/** Which changes of configuration a session outlives; the device here is none that can be used. */
class PlaneManagerTest {

  private final List<String> seen = new ArrayList<>();
  private final PlaneManager manager =
      new PlaneManager(
          settings -> {
            throw new IllegalStateException("no device in this test");
          },
          plane -> {
            seen.add("begin");
            return () -> seen.add("end");
          },
          Executors.newSingleThreadExecutor());

  private static IntentSnapshot with(Map<String, String> settings, boolean manual) {
    return new IntentSnapshot(
        1,
        Map.of(),
        Map.of(),
        Map.of(),
        Map.of(),
        Map.of(),
        Map.of("ipu", new PlaneConfig("ipu", "infrap4d", settings, manual)),
        Map.of());
  }

  @Test
  void allowingManualSasBreaksNoSessionAndAnotherAddressDoes() {
    // Settings without an address make a plane that only says what is wrong with them.
    manager.accept(with(Map.of("role", "a"), false));
    manager.accept(with(Map.of("role", "a"), true));
    manager.accept(with(Map.of("role", "b"), true));
    manager.close();
    assertThat(seen).containsExactly("begin", "end", "begin", "end");
  }
}
