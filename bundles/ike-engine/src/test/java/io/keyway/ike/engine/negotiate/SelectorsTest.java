package io.keyway.ike.engine.negotiate;

import static org.assertj.core.api.Assertions.assertThat;

import io.keyway.api.ts.TrafficSelector;
import io.keyway.ike.engine.lab.Config;
import io.keyway.ike.message.Octets;
import io.keyway.ike.message.Selector;
import io.keyway.ike.message.TsPayload;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class SelectorsTest {
  private static TrafficSelector net(String address, int length) {
    return TrafficSelector.prefix(Config.address(address), length);
  }

  @Test
  void roundTripsBothFamilies() {
    List<TrafficSelector> selectors =
        List.of(
            net("10.1.0.0", 16).withProtocol(6).withPorts(80, 443),
            net("2001:db8::", 32),
            net("0.0.0.0", 0));
    assertThat(Selectors.fromWire(Selectors.toWire(true, selectors))).isEqualTo(selectors);
  }

  @Test
  void opaquePortsAndUnknownTypesMatchNothing() {
    TsPayload payload =
        new TsPayload(
            true,
            List.of(
                new Selector.Other(9, 0, Octets.ofHex("0000")),
                new Selector.AddressRange(
                    6, 65535, 0, Octets.ofHex("0a000000"), Octets.ofHex("0a0000ff"))));
    assertThat(Selectors.fromWire(payload)).isEmpty();
  }

  @Test
  void ipv4AddressesInTheClothesOfIpv6MatchNothing() {
    Octets mapped = Octets.ofHex("00000000000000000000ffff0a010000");
    Octets low = Octets.ofHex("00000000000000000000000000000000");
    Octets high = Octets.ofHex("ffffffffffffffffffffffffffffffff");
    TsPayload payload =
        new TsPayload(
            true,
            List.of(
                new Selector.AddressRange(0, 0, 65535, mapped, mapped),
                new Selector.AddressRange(0, 0, 65535, low, mapped),
                new Selector.AddressRange(0, 0, 65535, mapped, high)));
    assertThat(Selectors.fromWire(payload)).isEmpty();
  }

  @Test
  void narrowingKeepsWhatBothSelect() {
    assertThat(
            Selectors.narrow(
                List.of(net("0.0.0.0", 0)), List.of(net("10.1.0.0", 16), net("10.2.0.0", 16))))
        .containsExactly(net("10.1.0.0", 16), net("10.2.0.0", 16));
    assertThat(Selectors.narrow(List.of(net("10.0.0.0", 8)), List.of(net("11.0.0.0", 8))))
        .isEmpty();
    assertThat(
            Selectors.narrow(
                List.of(net("10.1.0.0", 16).withProtocol(17)),
                List.of(net("10.1.1.0", 24), net("10.1.2.0", 24).withProtocol(6))))
        .containsExactly(net("10.1.1.0", 24).withProtocol(17));
  }

  @Test
  void narrowingLeavesOutWhatAnotherPartCovers() {
    // RFC 7296 section 2.9: the first selector may be that of the packet which started it all.
    assertThat(
            Selectors.narrow(
                List.of(net("10.1.0.5", 32).withProtocol(6).withPorts(80, 80), net("10.1.0.0", 16)),
                List.of(net("10.1.0.0", 16))))
        .containsExactly(net("10.1.0.0", 16));
  }

  @Test
  void pairsMeetInOneFamilyAndOneProtocol() {
    assertThat(
            Selectors.pairs(
                    List.of(net("10.1.0.0", 16).withProtocol(6), net("2001:db8::", 32)),
                    List.of(
                        net("10.2.0.0", 16),
                        net("10.3.0.0", 16).withProtocol(17),
                        net("2001:db9::", 32)))
                .toString())
        .isEqualTo(
            "[10.1.0.0/16[6] === 10.2.0.0/16[6], 2001:db8:0:0:0:0:0:0/32 === 2001:db9:0:0:0:0:0:0/32]");
  }

  @Test
  void pairsAreBounded() {
    List<TrafficSelector> many =
        java.util.stream.IntStream.range(0, 200)
            .mapToObj(i -> net("10." + i + ".0.0", 16))
            .toList();
    assertThat(Selectors.pairs(many, many)).hasSize(Selectors.MAX_PAIRS + 1);
  }

  @Test
  void coveringMeansEveryPacket() {
    assertThat(Selectors.covers(List.of(net("10.0.0.0", 8)), List.of(net("10.1.0.0", 16))))
        .isTrue();
    assertThat(Selectors.covers(List.of(net("10.1.0.0", 16)), List.of(net("10.0.0.0", 8))))
        .isFalse();
    assertThat(
            Selectors.covers(
                List.of(net("10.1.0.0", 16).withProtocol(6)), List.of(net("10.1.0.0", 16))))
        .isFalse();
  }

  @Test
  void narrowingListsThatAPeerMadeToTakeTimeIsBounded() {
    List<TrafficSelector> ours = new ArrayList<>();
    List<TrafficSelector> different = new ArrayList<>();
    List<TrafficSelector> nested = new ArrayList<>();
    TrafficSelector all = TrafficSelector.prefix(Config.address("0.0.0.0"), 0).withProtocol(17);
    for (int i = 0; i < 255; i++) {
      ours.add(TrafficSelector.prefix(Config.address("10." + i + ".0.0"), 16));
      different.add(all.withPorts(i, 40_000 + i));
      nested.add(all.withPorts(0, 60_000 - i));
    }
    // Too many parts, of which the caller sees one more than it takes.
    assertThat(Selectors.narrow(different, ours)).hasSize(Selectors.MAX_PAIRS + 1);
    // Few parts, found again and again.
    assertThat(Selectors.narrow(nested, ours)).isEmpty();
    assertThat(Selectors.narrow(nested.subList(0, 10), ours)).hasSize(255);
  }
}
