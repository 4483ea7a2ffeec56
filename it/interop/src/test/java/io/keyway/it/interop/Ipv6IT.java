package io.keyway.it.interop;

import static org.assertj.core.api.Assertions.assertThat;

import io.keyway.it.interop.Peers.Side;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** IPv6 outside, inside and both ways around, with charon. */
@Interop
class Ipv6IT {

  private static final String LEFT = "2001:db8:37::7";
  private static final String RIGHT = "2001:db8:37::8";

  private static void addresses(Lab lab) {
    lab.left().ns().ip("address", "add", LEFT + "/64", "dev", Lab.DEVICE, "nodad");
    lab.right().ns().ip("address", "add", RIGHT + "/64", "dev", Lab.DEVICE, "nodad");
  }

  private static SwanctlConf left(SwanctlConf conf) {
    return conf.connection("local_addrs", LEFT).connection("remote_addrs", RIGHT);
  }

  private static SwanctlConf right(SwanctlConf conf) {
    return conf.connection("local_addrs", RIGHT).connection("remote_addrs", LEFT);
  }

  /** The two ends write IPv6 addresses in two ways. */
  private static List<SaKeys> agreed(Peers peers, int addedInAll) {
    List<SaKeys> theirs = alike(peers.charon().stub().awaitPair(addedInAll));
    assertThat(alike(peers.keyway().stub().awaitPair(addedInAll))).isEqualTo(theirs);
    return theirs;
  }

  private static List<SaKeys> alike(List<SaKeys> pair) {
    return pair.stream()
        .map(
            k ->
                new SaKeys(
                    k.spi(),
                    address(k.src()),
                    address(k.dst()),
                    k.mode(),
                    k.encryption(),
                    k.encryptionKey(),
                    k.integrity(),
                    k.integrityKey(),
                    k.esn(),
                    k.sources().stream().map(Ipv6IT::selector).sorted().toList(),
                    k.destinations().stream().map(Ipv6IT::selector).sorted().toList()))
        .toList();
  }

  private static String selector(String text) {
    String[] parts = text.split("[-\\[]", 3);
    return address(parts[0]) + "-" + address(parts[1]) + "[" + parts[2];
  }

  private static String address(String text) {
    try {
      return InetAddress.getByName(text).getHostAddress();
    } catch (UnknownHostException e) {
      throw new AssertionError(text, e);
    }
  }

  private static void rekeyAll(Peers peers, int added) {
    peers.rekeyChild(Side.KEYWAY);
    agreed(peers, added + 2);
    peers.rekeyChild(Side.CHARON);
    agreed(peers, added + 4);
    peers.rekeyIke(Side.KEYWAY);
    peers.rekeyIke(Side.CHARON);
  }

  @ParameterizedTest
  @EnumSource(Side.class)
  void ipv4InsideOfIpv6(Side initiator, Lab lab) {
    addresses(lab);
    Peers peers = Peers.start(lab, Ipv6IT::left, Ipv6IT::right);

    initiate(peers, initiator);

    assertThat(agreed(peers, 2)).extracting(SaKeys::src).contains(address(LEFT), address(RIGHT));
    rekeyAll(peers, 2);
  }

  @ParameterizedTest
  @EnumSource(Side.class)
  void ipv6InsideOfIpv4(Side initiator, Lab lab) {
    Peers peers =
        Peers.start(
            lab,
            c -> c.child("local_ts", "fd00:1::/64").child("remote_ts", "fd00:2::/64"),
            c -> c.child("local_ts", "fd00:2::/64").child("remote_ts", "fd00:1::/64"));

    initiate(peers, initiator);

    agreed(peers, 2);
    rekeyAll(peers, 2);
  }

  /**
   * So many selectors that IKE_AUTH takes several packets of the length that every link carries.
   */
  @ParameterizedTest
  @EnumSource(Side.class)
  void ipv6InsideOfIpv6InFragments(Side initiator, Lab lab) {
    addresses(lab);
    String many =
        IntStream.range(0, 60)
            .mapToObj(i -> String.format("fd00:1:0:%x::/64", 2 * i))
            .collect(Collectors.joining(", "));
    Peers peers =
        Peers.start(
            lab,
            c -> left(c).child("local_ts", many).child("remote_ts", "fd00:2::/64"),
            Map.of(),
            c -> right(c).child("local_ts", "fd00:2::/64").child("remote_ts", many),
            Map.of());

    initiate(peers, initiator);

    agreed(peers, 2);
    assertThat(peers.keyway().counter("ike-messages-reassembled")).isPositive();
    assertThat(peers.keyway().counter("ike-messages-fragmented")).isPositive();
    rekeyAll(peers, 2);
  }

  private static void initiate(Peers peers, Side initiator) {
    if (initiator == Side.KEYWAY) {
      peers.keyway().initiate().orFail();
    } else {
      peers.charon().initiate().orFail();
    }
  }
}
