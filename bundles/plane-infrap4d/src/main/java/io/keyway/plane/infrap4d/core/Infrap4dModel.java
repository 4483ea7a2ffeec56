package io.keyway.plane.infrap4d.core;

import io.keyway.api.Result;
import io.keyway.api.intent.IntentObject.PlaneConfig;
import io.keyway.api.plane.PlaneCapabilities;
import io.keyway.api.plane.PlaneModel;
import io.keyway.api.plane.PlaneType;
import io.keyway.api.sa.Direction;
import io.keyway.api.ts.SelectorPair;
import io.keyway.plane.infrap4d.settings.Infrap4dSettings;
import io.keyway.plane.support.settings.SettingsException;

/** What an E2100 can represent, without one: its tables are the same on every device. */
public final class Infrap4dModel implements PlaneType {

  @Override
  public String type() {
    return Infrap4dPlane.TYPE;
  }

  @Override
  public PlaneModel model(PlaneConfig config) {
    PlaneCapabilities capabilities = capabilities(config);
    return new PlaneModel() {
      @Override
      public String name() {
        return config.name();
      }

      @Override
      public PlaneCapabilities capabilities() {
        return capabilities;
      }

      @Override
      public Result<String> place(Direction direction, SelectorPair selectors) {
        return Infrap4dPlane.placeOf(direction, selectors);
      }
    };
  }

  private static PlaneCapabilities capabilities(PlaneConfig config) {
    try {
      Infrap4dSettings settings = Infrap4dSettings.parse(config.name(), config.settings());
      return Infrap4dPlane.capabilities(settings.maxReplayWindow(), settings.ikeElsewhere());
    } catch (SettingsException e) {
      // Told by the plane itself; a tunnel need not be refused for it.
      return Infrap4dPlane.capabilities(Infrap4dSettings.DEFAULT_MAX_REPLAY_WINDOW, false);
    }
  }
}
