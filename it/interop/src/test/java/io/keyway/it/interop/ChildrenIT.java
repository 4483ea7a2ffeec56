package io.keyway.it.interop;

import static org.assertj.core.api.Assertions.assertThat;

import io.keyway.it.interop.Peers.Side;
import io.keyway.it.kit.lab.Await;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Several children on one IKE SA with charon: both families, protocols and ports, narrowed by
 * either end; rekeyed by each end and deleted one by one.
 */
@Interop
class ChildrenIT {
  private static final int GOOD = 5;

  /** The last one has selectors that the other end has not. */
  private static final String[][] OURS = {
    {"10.1.1.0/24", "10.2.1.0/24"},
    {"fd00:1::/64", "fd00:2::/64"},
    {"10.1.32.0/20", "10.2.33.0/24"},
    {"10.1.4.0/24[udp]", "10.2.4.0/24[udp]"},
    {"10.1.5.0/24[tcp]", "10.2.5.0/24[tcp/443]"},
    {"10.9.0.0/24", "10.8.0.0/24"},
  };

  private static final String[][] THEIRS = {
    {"10.2.1.0/24", "10.1.1.0/24"},
    {"fd00:2::/64", "fd00:1::/64"},
    {"10.2.32.0/20", "10.1.34.0/24"},
    {"10.2.4.0/24[udp]", "10.1.4.0/24[udp]"},
    {"10.2.5.0/24[tcp]", "10.1.5.0/24[tcp]"},
    {"10.77.0.0/24", "10.78.0.0/24"},
  };

  private static SwanctlConf with(SwanctlConf conf, String[][] children) {
    return conf.many(children.length, i -> children[i - 1][0], i -> children[i - 1][1]);
  }

  static Stream<Side> sides() {
    return Matrix.LONG ? Stream.of(Side.values()) : Stream.of(Side.CHARON);
  }

  @ParameterizedTest
  @MethodSource("sides")
  void eachHasALifeOfItsOwn(Side initiator, Lab lab) {
    Peers peers = Peers.start(lab, c -> with(c, OURS), c -> with(c, THEIRS));
    Keyway keyway = peers.keyway();
    Charon charon = peers.charon();

    if (initiator == Side.KEYWAY) {
      assertThat(keyway.initiateAll().reason()).contains("TS_UNACCEPTABLE");
    } else {
      for (int i = 1; i <= GOOD; i++) {
        charon.initiate("c" + i).orFail();
      }
      assertThat(charon.initiate("c6").ok()).isFalse();
      assertThat(charon.log()).contains("TS_UNACCEPT");
    }
    final List<SaKeys> first = same(peers, GOOD, List.of());
    final List<String> selected = selectors(first);
    assertThat(selected)
        .anyMatch(s -> s.contains("10.1.34.0-10.1.34.255") && s.contains("10.2.33.0-10.2.33.255"))
        .anyMatch(s -> s.contains("[6/443-443]"))
        .anyMatch(s -> s.contains("fd00:1:0:0:0:0:0:0-"));

    keyway.rekeyAll();
    final List<SaKeys> second = same(peers, GOOD, first);
    assertThat(selectors(second)).isEqualTo(selected);
    peers.rekeyIke(initiator);
    IntStream.rangeClosed(1, GOOD).forEach(i -> charon.rekeyChild("c" + i));
    final List<SaKeys> third = same(peers, GOOD, second);
    assertThat(selectors(third)).isEqualTo(selected);

    charon.swanctl("--terminate", "--child", "c2", "--timeout", "15").orFail();
    List<SaKeys> fourth = same(peers, GOOD - 1, List.of());
    assertThat(third).containsAll(fourth);
    keyway.terminateChild().orFail();
    List<SaKeys> fifth = same(peers, GOOD - 2, List.of());
    assertThat(fourth).containsAll(fifth);
    assertThat(selectors(fifth)).noneMatch(s -> s.contains("10.1.1.0") || s.contains("fd00"));
  }

  /** Both ends have these SAs, so many pairs, and none of those before. */
  private static List<SaKeys> same(Peers peers, int pairs, List<SaKeys> gone) {
    Await.until(
        pairs + " pairs at both ends",
        () -> {
          List<SaKeys> theirs = SaKeys.sorted(peers.charon().stub().installed());
          return theirs.size() == 2 * pairs
              && theirs.stream().noneMatch(gone::contains)
              && theirs.equals(SaKeys.sorted(peers.keyway().stub().installed()));
        });
    return SaKeys.sorted(peers.charon().stub().installed());
  }

  private static List<String> selectors(List<SaKeys> sas) {
    return sas.stream().map(k -> k.sources() + " " + k.destinations()).sorted().toList();
  }
}
