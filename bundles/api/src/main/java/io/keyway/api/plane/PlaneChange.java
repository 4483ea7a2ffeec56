package io.keyway.api.plane;

import io.keyway.api.sa.Direction;
import io.keyway.api.sa.Endpoints;
import io.keyway.api.sa.SaId;
import io.keyway.api.sa.SaKeys;
import io.keyway.api.sa.SecurityAssociation;
import io.keyway.api.sp.PolicyAction;
import io.keyway.api.ts.SelectorPair;
import java.util.Objects;

/** One change of a data plane, for {@link DataPlane#apply}. */
public sealed interface PlaneChange {

  /** Installs an SA with the rows that follow from its endpoints. The plane closes the keys. */
  record AddSa(SecurityAssociation sa, SaKeys keys) implements PlaneChange {
    public AddSa {
      Objects.requireNonNull(sa, "sa");
      Objects.requireNonNull(keys, "keys");
    }
  }

  /** Removes an SA and its rows. */
  record RemoveSa(SaId sa) implements PlaneChange {}

  /** Gives an SA other endpoints, keeping key, counter and window. */
  record MoveSa(SaId sa, Endpoints endpoints) implements PlaneChange {}

  /** Programs, or replaces in one write, what the place of these selectors does. */
  record PutPolicy(Direction direction, SelectorPair selectors, int priority, PolicyAction action)
      implements PlaneChange {
    public PutPolicy {
      Objects.requireNonNull(direction, "direction");
      Objects.requireNonNull(selectors, "selectors");
      Objects.requireNonNull(action, "action");
    }
  }

  /** Empties the place of these selectors: the plane's default applies from then on. */
  record RemovePolicy(Direction direction, SelectorPair selectors) implements PlaneChange {
    public RemovePolicy {
      Objects.requireNonNull(direction, "direction");
      Objects.requireNonNull(selectors, "selectors");
    }
  }
}
