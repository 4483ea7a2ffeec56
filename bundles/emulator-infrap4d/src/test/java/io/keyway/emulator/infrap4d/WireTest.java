package io.keyway.emulator.infrap4d;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.keyway.api.Registration;
import io.keyway.emulator.infrap4d.pipeline.Ethernet;
import io.keyway.emulator.infrap4d.wire.Prefix;
import io.keyway.emulator.infrap4d.wire.UdpLink;
import io.keyway.emulator.infrap4d.wire.Wire;
import io.keyway.esp.IpPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class WireTest {
  private final Wire wire = new Wire("w", InstantSource.system());

  private static byte[] frame(String destination) {
    IpPacket ip = IpPacket.parse(Packets.udp("10.9.0.1", destination, "x"));
    return Ethernet.frame(ip.toBytes(), ip.source(), ip.destination());
  }

  private static List<Prefix> prefixes(String... texts) {
    return List.of(texts).stream().map(Prefix::parse).toList();
  }

  @Test
  void framesGoToWhoClaimsTheAddressAndElseToWhoClaimsNothing() {
    List<String> seen = new ArrayList<>();
    wire.attach("a", prefixes("10.9.0.1"), f -> seen.add("a"));
    wire.attach("b", prefixes("10.9.0.2", "10.9.8.0/24"), f -> seen.add("b"));
    wire.attach("c", List.of(), f -> seen.add("c"));
    wire.send("a", frame("10.9.0.2"));
    wire.send("a", frame("10.9.8.77"));
    wire.send("a", frame("10.9.9.1"));
    wire.send("b", frame("10.9.0.1"));
    wire.send("a", frame("10.9.0.1"));
    assertThat(seen)
        .as("nobody hears himself; the last has no other taker than c")
        .containsExactly("b", "b", "c", "a", "c");
  }

  @Test
  void whatNobodyClaimsReachesEverybodyElse() {
    List<String> seen = new ArrayList<>();
    wire.attach("a", prefixes("10.9.0.1"), f -> seen.add("a"));
    wire.attach("b", prefixes("10.9.0.2"), f -> seen.add("b"));
    wire.send("a", frame("10.2.0.1"));
    assertThat(seen).as("a host behind b, in clear").containsExactly("b");
  }

  @Test
  void whoLeavesHearsNothingMore() {
    List<String> seen = new ArrayList<>();
    Registration port = wire.attach("b", List.of(), f -> seen.add("b"));
    wire.send("a", frame("10.9.0.2"));
    port.close();
    wire.send("a", frame("10.9.0.2"));
    assertThat(seen).hasSize(1);
  }

  @Test
  void twoWiresJoinedByUdpBehaveAsOne() throws Exception {
    Wire other = new Wire("w2", InstantSource.system());
    InetAddress loopback = InetAddress.getLoopbackAddress();
    int first = free();
    int second = free();
    BlockingQueue<byte[]> atA = new LinkedBlockingQueue<>();
    BlockingQueue<byte[]> atB = new LinkedBlockingQueue<>();
    wire.attach("a", prefixes("10.9.0.1"), atA::add);
    other.attach("b", prefixes("10.9.0.2"), atB::add);
    try (UdpLink one =
            new UdpLink(
                wire,
                new InetSocketAddress(loopback, first),
                new InetSocketAddress(loopback, second));
        UdpLink two =
            new UdpLink(
                other,
                new InetSocketAddress(loopback, second),
                new InetSocketAddress(loopback, first))) {
      assertThat(one.localPort()).isEqualTo(first);
      assertThat(two.localPort()).isEqualTo(second);
      wire.send("a", frame("10.9.0.2"));
      assertThat(atB.poll(10, TimeUnit.SECONDS)).isEqualTo(frame("10.9.0.2"));
      other.send("b", frame("10.9.0.1"));
      assertThat(atA.poll(10, TimeUnit.SECONDS)).isEqualTo(frame("10.9.0.1"));
      assertThat(atA).as("no echo").isEmpty();
    }
  }

  private static int free() throws Exception {
    try (DatagramSocket socket = new DatagramSocket(0, InetAddress.getLoopbackAddress())) {
      return socket.getLocalPort();
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "host.example", "10.0.0.0/33", "10.0.0.0/x", "1.2.3.4/-1"})
  void badPrefixesAreNamed(String text) {
    assertThatThrownBy(() -> Prefix.parse(text))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("'" + text + "'");
  }
}
