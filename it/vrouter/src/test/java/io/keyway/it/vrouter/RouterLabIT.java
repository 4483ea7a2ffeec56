package io.keyway.it.vrouter;

import static org.assertj.core.api.Assertions.assertThat;

import io.keyway.it.kit.lab.NetNs;
import io.keyway.it.kit.vrouter.AgentProcess;
import io.keyway.it.kit.vrouter.RouterLab;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** The lab that other tests stand on: what they take for granted is looked at once. */
@ExtendWith(NotRun.class)
class RouterLabIT {

  @Test
  void agentsAnswerOnBothSidesAndPassNothingWithoutPolicies() throws Exception {
    try (RouterLab lab = RouterLab.open()) {
      AgentProcess agent = lab.agent(lab.left());
      lab.kernelGateway(lab.right());
      NetNs host = lab.left().host();
      ping(host, lab.left().gatewayAddress(), true);
      ping(host, lab.left().gatewayAddress6(), true);
      // From the wire it takes nothing without a policy, but neighbours find it.
      ping(lab.right().gateway(), lab.left().outer(), false);
      ping(lab.right().gateway(), lab.left().outer6(), false);
      assertThat(lab.transit().run("ip", "neigh", "show", "dev", "left").orFail())
          .contains(lab.left().outer() + " lladdr")
          .contains(lab.left().outer6() + " lladdr");
      ping(host, lab.right().outer(), false);

      long first = agent.generation();
      agent.kill();
      ping(host, lab.left().gatewayAddress(), false);
      agent.start();
      assertThat(agent.generation()).isNotEqualTo(first);
      ping(host, lab.left().gatewayAddress(), true);
      assertThat(agent.stop()).isZero();
    }
  }

  private static void ping(NetNs from, String to, boolean answered) {
    assertThat(from.run("ping", "-c", "1", "-W", answered ? "5" : "1", to).ok())
        .as("%s answers", to)
        .isEqualTo(answered);
  }
}
