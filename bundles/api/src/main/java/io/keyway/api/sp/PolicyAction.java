package io.keyway.api.sp;

import io.keyway.api.sa.Endpoints;
import io.keyway.api.sa.IpsecMode;
import io.keyway.api.sa.SaId;
import java.util.Objects;

/** What happens to a packet that a policy selects. */
public sealed interface PolicyAction {

  /** Encrypt with this SA (outbound), or expect that it came by this SA (inbound). */
  record Protect(SaId sa, IpsecMode mode, Endpoints endpoints) implements PolicyAction {
    public Protect {
      Objects.requireNonNull(sa, "sa");
      Objects.requireNonNull(mode, "mode");
      Objects.requireNonNull(endpoints, "endpoints");
    }
  }

  /** Drop until there is an SA: what a tunnel does while it is not up. */
  record Hold() implements PolicyAction {}

  /** Hold, and tell us that a packet came ({@code PlaneEvent.Acquire}). Outbound only. */
  record Trap() implements PolicyAction {}

  /** Let pass in clear, because the operator said so. */
  record Bypass() implements PolicyAction {}

  /** Drop, because the operator said so. */
  record Discard() implements PolicyAction {}
}
