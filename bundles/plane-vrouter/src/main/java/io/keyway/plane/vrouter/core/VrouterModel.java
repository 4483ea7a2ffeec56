package io.keyway.plane.vrouter.core;

import io.keyway.api.Result;
import io.keyway.api.intent.IntentObject.PlaneConfig;
import io.keyway.api.plane.PlaneCapabilities;
import io.keyway.api.plane.PlaneModel;
import io.keyway.api.plane.PlaneType;
import io.keyway.api.plane.RowNeeds;
import io.keyway.api.sa.Direction;
import io.keyway.api.ts.SelectorPair;
import io.keyway.plane.vrouter.message.CapabilityReader;
import io.keyway.plane.vrouter.message.Selectors;
import io.keyway.protocol.vrouter.v1.PolicyPlace;
import java.util.Locale;
import java.util.Map;

/** What a vRouter can represent, without one: as much as its agent can on any. */
public final class VrouterModel implements PlaneType {

  /** A pair has two SAs, and a place a policy for either direction. */
  static final RowNeeds NEEDS =
      new RowNeeds(Map.of(StatusBoard.SAS, 2), Map.of(StatusBoard.POLICIES, 2), Map.of());

  @Override
  public String type() {
    return VrouterPlane.TYPE;
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
        return CapabilityReader.USUAL;
      }

      @Override
      public RowNeeds rowNeeds() {
        return NEEDS;
      }

      @Override
      public Result<String> place(Direction direction, SelectorPair selectors) {
        return placeOf(direction, selectors);
      }
    };
  }

  /** Only the same selectors collide: of others that overlap the priority decides. */
  static Result<String> placeOf(Direction direction, SelectorPair selectors) {
    Result<PolicyPlace> place = Selectors.place(direction, selectors);
    return place.done()
        ? Result.ok(
            direction.name().toLowerCase(Locale.ROOT)
                + " "
                + Selectors.text(place.value().orElseThrow().getSelectors()))
        : Result.failed(place.outcome());
  }
}
