package io.keyway.tunnels.plan;

import static org.assertj.core.api.Assertions.assertThat;

import io.keyway.api.ike.Authentication;
import io.keyway.api.ike.ConnectionConfig;
import io.keyway.api.ike.Mobility;
import io.keyway.api.intent.IntentObject.Gateway;
import io.keyway.api.intent.IntentObject.IkePolicy;
import io.keyway.api.intent.IntentSnapshot;
import java.net.InetAddress;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** Settings of policy and gateway come to the engine. */
class ResolverTest {
  private static ConnectionConfig connection(boolean mobike, boolean force) throws Exception {
    IkePolicy policy =
        new IkePolicy(
            "ike",
            List.of(),
            0,
            0,
            0,
            mobike,
            true,
            true,
            Optional.of(
                new Authentication(
                    Authentication.Method.PRE_SHARED_KEY,
                    Optional.empty(),
                    Optional.empty(),
                    "psk")),
            force);
    Gateway gateway =
        new Gateway(
            "gw",
            "ike",
            InetAddress.getByName("192.0.2.1"),
            Optional.empty(),
            500,
            500,
            Optional.of("p"),
            Optional.empty(),
            List.of(InetAddress.getByName("198.51.100.1")),
            List.of("wan1"));
    IntentSnapshot intent =
        new IntentSnapshot(
            1,
            Map.of("ike", policy),
            Map.of(),
            Map.of("gw", gateway),
            Map.of(),
            Map.of(),
            Map.of(),
            Map.of());
    return new Resolver(intent, Map.of()).connection("gw", List.of()).orElseThrow();
  }

  @Test
  void mobikeComesWithTheAddressesThatMayServe() throws Exception {
    Mobility mobility = connection(true, false).options().mobility();
    assertThat(mobility.enabled()).isTrue();
    assertThat(mobility.addresses()).containsExactly(InetAddress.getByName("198.51.100.1"));
    assertThat(mobility.interfaces()).containsExactly("wan1");
    assertThat(connection(false, false).options().mobility().enabled()).isFalse();
  }

  @Test
  void encapsulationIsForcedWhereThePolicySaysSo() throws Exception {
    assertThat(connection(true, true).options().encapsulation()).isTrue();
    assertThat(connection(true, false).options().encapsulation()).isFalse();
  }
}
