package io.keyway.api.ts;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class TrafficSelectorTest {
  private static InetAddress address(boolean ipv6, int last) throws UnknownHostException {
    byte[] octets = new byte[ipv6 ? 16 : 4];
    octets[0] = (byte) (ipv6 ? 0xfd : 10);
    octets[octets.length - 1] = (byte) last;
    return InetAddress.getByAddress(octets);
  }

  /** Small numbers, so that they often touch; among them OPAQUE ports (65535 to 0). */
  private static TrafficSelector any(Random random) throws UnknownHostException {
    boolean ipv6 = random.nextInt(4) == 0;
    int low = random.nextInt(4);
    boolean opaque = random.nextInt(10) == 0;
    int port = random.nextInt(4);
    return new TrafficSelector(
        address(ipv6, low),
        address(ipv6, low + random.nextInt(4)),
        random.nextInt(3),
        opaque ? 65535 : port,
        opaque ? 0 : port + random.nextInt(4));
  }

  @Test
  void oneContainsAnotherIfTheyHaveAllOfThatInCommon() throws UnknownHostException {
    Random random = new Random(1);
    List<TrafficSelector> all = new ArrayList<>();
    for (int i = 0; i < 300; i++) {
      all.add(any(random));
    }
    int contained = 0;
    for (TrafficSelector outer : all) {
      for (TrafficSelector inner : all) {
        boolean expected = outer.intersect(inner).filter(inner::equals).isPresent();
        assertThat(outer.contains(inner)).as("%s, %s", outer, inner).isEqualTo(expected);
        contained += expected ? 1 : 0;
      }
    }
    assertThat(contained).isGreaterThan(500);
  }
}
