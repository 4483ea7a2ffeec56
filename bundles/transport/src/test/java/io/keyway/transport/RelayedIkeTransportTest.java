package io.keyway.transport;

import static org.assertj.core.api.Assertions.assertThat;

import io.keyway.api.Outcome;
import io.keyway.api.Outcome.Kind;
import io.keyway.api.Registration;
import io.keyway.api.ike.IkeRelay;
import io.keyway.api.ike.IkeTransport.Datagram;
import java.io.IOException;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** IKE of addresses that live on a data plane beside IKE of our own. */
class RelayedIkeTransportTest {

  /** A router that has the addresses that a test gives it. */
  private static final class Router implements IkeRelay {
    private volatile Set<InetAddress> owned = Set.of();
    private final List<Datagram> sent = new ArrayList<>();
    private Consumer<Datagram> receiver;

    @Override
    public boolean owns(InetAddress local) {
      return owned.contains(local);
    }

    @Override
    public Outcome check(InetSocketAddress local, boolean marker) {
      return local.getPort() == 500 ? Outcome.ok() : Outcome.refused("only port 500; set it");
    }

    @Override
    public Outcome send(Datagram datagram) {
      sent.add(datagram);
      return Outcome.ok();
    }

    @Override
    public Registration attach(Consumer<Datagram> consumer) {
      receiver = consumer;
      return () -> receiver = null;
    }
  }

  private static final InetSocketAddress PEER = new InetSocketAddress("198.51.100.1", 500);

  private final BlockingQueue<Datagram> received = new LinkedBlockingQueue<>();
  private final Router router = new Router();
  private UdpIkeTransport sockets;
  private RelayedIkeTransport transport;
  private InetSocketAddress onRouter;

  @BeforeEach
  void start() throws IOException {
    sockets =
        UdpIkeTransport.start(TransportLimits.DEFAULT, System::nanoTime, task -> new Thread(task));
    transport = new RelayedIkeTransport(sockets);
    transport.add(router);
    onRouter = new InetSocketAddress(InetAddress.getByName("192.0.2.1"), 500);
    router.owned = Set.of(onRouter.getAddress());
  }

  @AfterEach
  void stop() {
    sockets.close();
  }

  private static Datagram datagram(InetSocketAddress local, int... octets) {
    byte[] bytes = new byte[octets.length];
    for (int i = 0; i < octets.length; i++) {
      bytes[i] = (byte) octets[i];
    }
    return new Datagram(local, PEER, false, bytes);
  }

  @Test
  void anAddressOfTheRouterNeedsNoSocketAndItsDatagramsGoBothWays() throws InterruptedException {
    List<String> seen = new ArrayList<>();
    transport.observe((sent, datagram) -> seen.add(sent ? "sent" : "received"));
    transport.attach(received::add);
    assertThat(transport.elsewhere(onRouter.getAddress())).isTrue();
    assertThat(transport.elsewhere(PEER.getAddress())).isFalse();
    assertThat(transport.bind(onRouter, false).kind()).isEqualTo(Kind.OK);
    assertThat(transport.bind(onRouter, false).kind()).isEqualTo(Kind.SAME);
    assertThat(transport.send(datagram(onRouter, 1)).done()).isTrue();
    assertThat(router.sent).extracting(d -> d.octets()[0]).containsExactly((byte) 1);

    router.receiver.accept(datagram(onRouter, 2));
    Datagram got = received.poll(10, TimeUnit.SECONDS);
    assertThat(got).isNotNull();
    assertThat(got.octets()).containsExactly(2);
    assertThat(seen).containsExactly("sent", "received");
    assertThat(transport.counters()).containsEntry("sent", 1L).containsEntry("received", 1L);
  }

  @Test
  void whatCameWithoutAnEngineWaitsForTheNextOne() throws InterruptedException {
    transport.bind(onRouter, false);
    Registration first = transport.attach(datagram -> {});
    first.close();
    router.receiver.accept(datagram(onRouter, 3));
    transport.attach(received::add);
    assertThat(received.poll(10, TimeUnit.SECONDS)).isNotNull();
  }

  @Test
  void whatNobodyBoundOrWithAnotherFramingIsDropped() throws InterruptedException {
    transport.attach(received::add);
    router.receiver.accept(datagram(onRouter, 4));
    transport.bind(onRouter, false);
    router.receiver.accept(new Datagram(onRouter, PEER, true, new byte[] {5}));
    router.receiver.accept(datagram(onRouter, 6));
    Datagram only = received.poll(10, TimeUnit.SECONDS);
    assertThat(only).isNotNull();
    assertThat(only.octets()).containsExactly(6);
    assertThat(transport.send(new Datagram(onRouter, PEER, true, new byte[] {5})).kind())
        .isEqualTo(Kind.REFUSED);
  }

  @Test
  void aPortThatTheRouterDoesNotTakeIsRefusedByName() {
    InetSocketAddress other = new InetSocketAddress(onRouter.getAddress(), 5000);
    assertThat(transport.bind(other, false).reason()).contains("only port 500");
    assertThat(transport.send(datagram(other, 1)).kind()).isEqualTo(Kind.UNAVAILABLE);
  }

  @Test
  void anAddressThatMovesToTheRouterGivesItsSocketUpAndTakesItAgainAfterwards() throws IOException {
    InetAddress loopback = InetAddress.getLoopbackAddress();
    int port;
    try (DatagramSocket free = new DatagramSocket(0, loopback)) {
      port = free.getLocalPort();
    }
    InetSocketAddress local = new InetSocketAddress(loopback, port);
    InetSocketAddress peer = new InetSocketAddress(loopback, 9);
    assertThat(transport.bind(local, false).done()).isTrue();
    router.owned = Set.of(loopback);
    assertThat(transport.send(new Datagram(local, peer, false, new byte[] {7})).done()).isTrue();
    assertThat(router.sent).hasSize(1);
    assertThat(sockets.send(new Datagram(local, peer, false, new byte[] {7})).kind())
        .isEqualTo(Kind.UNAVAILABLE);
    transport.remove(router);
    assertThat(transport.send(new Datagram(local, peer, false, new byte[] {8})).done()).isTrue();
    assertThat(router.sent).hasSize(1);
    assertThat(transport.unbind(local).kind()).isEqualTo(Kind.OK);
    assertThat(transport.unbind(local).kind()).isEqualTo(Kind.ABSENT);
  }

  @Test
  void otherAddressesUseSocketsAsBefore() throws UnknownHostException {
    InetSocketAddress nowhere = new InetSocketAddress(InetAddress.getByName("192.0.2.77"), 500);
    assertThat(transport.bind(nowhere, false).reason()).contains("cannot bind UDP");
  }
}
