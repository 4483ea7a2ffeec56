package io.keyway.ike.engine.base;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.InetAddress;
import java.net.SocketException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class HostWatchTest {
  private final List<HostAddresses> told = new ArrayList<>();

  private static HostAddresses at(String... addresses) throws Exception {
    List<InetAddress> all = new ArrayList<>();
    for (String each : addresses) {
      all.add(InetAddress.getByName(each));
    }
    return new HostAddresses(true, Map.of("wan0", all));
  }

  @Test
  void tellsWhatItSeesFirstAndThenChangesOnly() throws Exception {
    List<HostAddresses> seen =
        new ArrayList<>(List.of(at("192.0.2.1"), at("192.0.2.1"), at("198.51.100.1")));
    HostWatch watch = new HostWatch(() -> seen.remove(0), told::add, null);
    watch.look();
    watch.look();
    watch.look();
    assertThat(told).containsExactly(at("192.0.2.1"), at("198.51.100.1"));
  }

  @Test
  void aLookThatFailsIsNotTheLastOne() throws Exception {
    boolean[] fails = {true};
    HostAddresses there = at("192.0.2.1");
    HostWatch watch =
        new HostWatch(
            () -> {
              if (fails[0]) {
                throw new SocketException("out of descriptors");
              }
              return there;
            },
            told::add,
            null);
    watch.look();
    assertThat(told).isEmpty();
    fails[0] = false;
    watch.look();
    assertThat(told).containsExactly(there);
  }

  @Test
  void onlyAddressesThatOthersReachServeAsThoseOfAnInterface() throws Exception {
    HostAddresses host = at("fe80::1", "127.0.0.1", "192.0.2.1", "2001:db8::1");
    assertThat(host.of("wan0"))
        .containsExactly(InetAddress.getByName("192.0.2.1"), InetAddress.getByName("2001:db8::1"));
    assertThat(host.of("wan1")).isEmpty();
  }

  @Test
  void allOfLoopbackIsOursAndNothingElseThatIsNotSeen() throws Exception {
    HostAddresses host = at("192.0.2.1");
    assertThat(host.has(InetAddress.getByName("127.0.0.77"))).isTrue();
    assertThat(host.has(InetAddress.getByName("192.0.2.1"))).isTrue();
    assertThat(host.has(InetAddress.getByName("192.0.2.2"))).isFalse();
    assertThat(HostAddresses.UNKNOWN.has(InetAddress.getByName("192.0.2.2"))).isTrue();
  }

  @Test
  void thisMachineCanBeLookedAt() throws Exception {
    assertThat(HostAddresses.now().known()).isTrue();
    assertThat(HostAddresses.now()).isEqualTo(HostAddresses.now());
  }
}
