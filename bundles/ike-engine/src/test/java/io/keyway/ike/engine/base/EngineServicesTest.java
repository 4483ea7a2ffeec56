package io.keyway.ike.engine.base;

import static org.assertj.core.api.Assertions.assertThat;

import io.keyway.api.Outcome;
import io.keyway.api.Registration;
import io.keyway.api.ike.IkeTransport;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;

/** What counts as an address of ours. */
class EngineServicesTest {

  /** Reaches one address on a data plane. */
  private record Router(InetAddress address) implements IkeTransport {
    @Override
    public boolean elsewhere(InetAddress local) {
      return address.equals(local);
    }

    @Override
    public Outcome bind(InetSocketAddress local, boolean marker) {
      return Outcome.ok();
    }

    @Override
    public Outcome unbind(InetSocketAddress local) {
      return Outcome.ok();
    }

    @Override
    public Outcome send(Datagram datagram) {
      return Outcome.ok();
    }

    @Override
    public Registration attach(Consumer<Datagram> receiver) {
      return () -> {};
    }

    @Override
    public Registration observe(Observer observer) {
      return () -> {};
    }
  }

  @Test
  void anAddressOnADataPlaneIsOursAsLongAsTheTransportReachesIt() throws UnknownHostException {
    InetAddress here = InetAddress.getByName("192.0.2.1");
    InetAddress router = InetAddress.getByName("192.0.2.2");
    InetAddress nowhere = InetAddress.getByName("192.0.2.3");
    EngineServices services = new EngineServices();
    services.setHost(new HostAddresses(true, Map.of("wan", List.of(here))));
    assertThat(services.host().has(here)).isTrue();
    assertThat(services.host().has(router)).isFalse();
    services.setTransport(new Router(router));
    assertThat(services.host().has(here)).isTrue();
    assertThat(services.host().has(router)).isTrue();
    assertThat(services.host().has(nowhere)).isFalse();
    assertThat(services.host().of("wan")).containsExactly(here);
    services.setTransport(null);
    assertThat(services.host().has(router)).isFalse();
  }
}
