package io.keyway.plane.support;

import static org.assertj.core.api.Assertions.assertThat;

import io.keyway.api.Outcome;
import io.keyway.api.Result;
import io.keyway.api.intent.IntentObject.PlaneConfig;
import io.keyway.api.intent.IntentSnapshot;
import io.keyway.api.plane.PlaneCapabilities;
import io.keyway.api.plane.PlaneModel;
import io.keyway.api.plane.PlaneType;
import io.keyway.api.sa.Direction;
import io.keyway.api.ts.SelectorPair;
import io.keyway.plane.support.settings.SettingsException;
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
          new Kind(),
          config -> {
            throw new SettingsException("p4runtime-address is missing");
          },
          plane -> {
            seen.add("begin");
            return () -> seen.add("end");
          },
          Executors.newSingleThreadExecutor());

  /** A type of devices that can do nothing. */
  private static final class Kind implements PlaneType {
    @Override
    public String type() {
      return "infrap4d";
    }

    @Override
    public PlaneModel model(PlaneConfig config) {
      return new PlaneModel() {
        @Override
        public String name() {
          return config.name();
        }

        @Override
        public PlaneCapabilities capabilities() {
          throw new IllegalStateException("nobody asks");
        }

        @Override
        public Result<String> place(Direction direction, SelectorPair selectors) {
          return Result.failed(Outcome.refused("it can do nothing"));
        }
      };
    }
  }

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
