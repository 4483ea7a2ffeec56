package io.keyway.northbound.odl;

import io.keyway.api.sp.PolicyAction;
import io.keyway.api.sp.SpdService;
import io.keyway.northbound.state.Row;
import java.util.Locale;
import org.opendaylight.yang.gen.v1.urn.keyway.ipsec.rev261122.Direction;
import org.opendaylight.yang.gen.v1.urn.keyway.ipsec.rev261122.EntryName;
import org.opendaylight.yang.gen.v1.urn.keyway.ipsec.rev261122.ipsec.state.security.policies.SecurityPolicy;
import org.opendaylight.yang.gen.v1.urn.keyway.ipsec.rev261122.ipsec.state.security.policies.SecurityPolicyBuilder;
import org.opendaylight.yang.gen.v1.urn.keyway.ipsec.rev261122.ipsec.state.security.policies.SecurityPolicyKey;

/** The SPD in the state tree. */
final class PolicyState {

  private PolicyState() {}

  static SecurityPolicyKey key(Row.PolicyRow row) {
    return new SecurityPolicyKey(
        row.child(),
        new EntryName(row.plane()),
        Direction.ofName(row.direction()),
        row.selectors());
  }

  static SecurityPolicy of(Row.PolicyRow row) {
    SpdService.Entry entry = row.entry();
    PolicyAction action = entry.policy().action();
    SecurityPolicyBuilder builder =
        new SecurityPolicyBuilder()
            .withKey(key(row))
            .setPriority(entry.policy().priority())
            .setAction(
                SecurityPolicy.Action.ofName(
                    action.getClass().getSimpleName().toLowerCase(Locale.ROOT)))
            .setAwake(entry.awake())
            .setProgrammed(entry.programmed())
            .setProblem(Values.text(entry.problem()));
    if (action instanceof PolicyAction.Protect protect) {
      builder.setSpi(Values.espSpi(protect.sa().spi()));
    }
    return builder.build();
  }
}
