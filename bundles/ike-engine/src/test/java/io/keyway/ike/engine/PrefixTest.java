package io.keyway.ike.engine;

import static org.assertj.core.api.Assertions.assertThat;

import io.keyway.api.ike.PeerRanges;
import java.net.InetAddress;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class PrefixTest {

  @ParameterizedTest
  @CsvSource({
    "10.0.0.0/8, 10.0.0.0/8",
    "0.0.0.0/0, 0.0.0.0/0",
    "::/0, 0:0:0:0:0:0:0:0/0",
    "192.0.2.7, 192.0.2.7/32",
    "10.0.0.1-10.0.0.6, 10.0.0.1/32 10.0.0.2/31 10.0.0.4/31 10.0.0.6/32",
    "255.255.255.254-255.255.255.255, 255.255.255.254/31",
    "2001:db8::ffff-2001:db8::1:0, 2001:db8:0:0:0:0:0:ffff/128 2001:db8:0:0:0:0:1:0/128",
  })
  void aRangeIsTheFewestPrefixes(String range, String prefixes) {
    assertThat(Prefix.covering(PeerRanges.parse(range)))
        .extracting(p -> p.network().getHostAddress() + "/" + p.length())
        .containsExactly(prefixes.split(" "));
  }

  @Test
  void whoIsInTheRangeIsInOneOfItsPrefixesAndNobodyElse() throws Exception {
    Random random = new Random(7);
    for (int i = 0; i < 2000; i++) {
      long a = random.nextInt(1 << 16);
      long b = a + random.nextInt(1 << 12);
      List<Prefix> prefixes =
          Prefix.covering(PeerRanges.parse(text(a) + "-" + text(Math.min(b, 0xffff))));
      for (long probe : new long[] {a - 1, a, (a + b) / 2, b, b + 1, random.nextInt(1 << 16)}) {
        if (probe < 0 || probe > 0xffff) {
          continue;
        }
        InetAddress address = InetAddress.getByName(text(probe));
        assertThat(prefixes.stream().anyMatch(p -> p.equals(Prefix.of(address, p.length()))))
            .isEqualTo(probe >= a && probe <= Math.min(b, 0xffff));
      }
    }
  }

  private static String text(long low) {
    return "10.9." + (low >> 8) + "." + (low & 0xff);
  }
}
