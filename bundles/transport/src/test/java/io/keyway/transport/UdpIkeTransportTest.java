package io.keyway.transport;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.keyway.api.Outcome;
import io.keyway.api.Outcome.Kind;
import io.keyway.api.Registration;
import io.keyway.api.ike.IkeTransport.Datagram;
import java.io.IOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class UdpIkeTransportTest {
  private static final InetAddress LOOPBACK = InetAddress.getLoopbackAddress();

  private final AtomicLong clock = new AtomicLong();
  private final BlockingQueue<Datagram> received = new LinkedBlockingQueue<>();
  private UdpIkeTransport transport;
  private InetSocketAddress local;
  private DatagramSocket peer;

  @BeforeEach
  void start() throws IOException {
    transport = transport(new TransportLimits(4, java.time.Duration.ofSeconds(30), 4, 65536));
    local = freeAddress();
    peer = new DatagramSocket(0, LOOPBACK);
    peer.setSoTimeout(10_000);
  }

  @AfterEach
  void stop() {
    transport.close();
    peer.close();
  }

  private UdpIkeTransport transport(TransportLimits limits) throws IOException {
    return UdpIkeTransport.start(
        limits,
        clock::get,
        task -> {
          Thread thread = new Thread(task, "test-transport");
          thread.setDaemon(true);
          return thread;
        });
  }

  private static InetSocketAddress freeAddress() throws IOException {
    try (DatagramSocket socket = new DatagramSocket(0, LOOPBACK)) {
      return new InetSocketAddress(LOOPBACK, socket.getLocalPort());
    }
  }

  private InetSocketAddress peerAddress() {
    return new InetSocketAddress(LOOPBACK, peer.getLocalPort());
  }

  private void fromPeer(int... octets) throws IOException {
    byte[] content = bytes(octets);
    peer.send(new DatagramPacket(content, content.length, local));
  }

  private byte[] atPeer() throws IOException {
    DatagramPacket packet = new DatagramPacket(new byte[65536], 65536);
    peer.receive(packet);
    return Arrays.copyOf(packet.getData(), packet.getLength());
  }

  private static byte[] bytes(int... octets) {
    byte[] content = new byte[octets.length];
    for (int i = 0; i < octets.length; i++) {
      content[i] = (byte) octets[i];
    }
    return content;
  }

  private Datagram next() throws InterruptedException {
    Datagram datagram = received.poll(10, TimeUnit.SECONDS);
    assertThat(datagram).as("a datagram within 10 s").isNotNull();
    return datagram;
  }

  private void await(String counter, long value) throws InterruptedException {
    for (int i = 0; i < 2000 && transport.counters().get(counter) < value; i++) {
      Thread.sleep(5);
    }
    assertThat(transport.counters()).containsEntry(counter, value);
  }

  @Test
  void carriesDatagramsBothWays() throws Exception {
    assertThat(transport.bind(local, false)).isEqualTo(Outcome.ok());
    transport.attach(received::add);
    fromPeer(1, 2, 3);
    Datagram got = next();
    assertThat(got.octets()).containsExactly(1, 2, 3);
    assertThat(got.local()).isEqualTo(local);
    assertThat(got.remote()).isEqualTo(peerAddress());
    assertThat(got.marker()).isFalse();
    assertThat(transport.send(new Datagram(local, got.remote(), false, bytes(4, 5))))
        .isEqualTo(Outcome.ok());
    assertThat(atPeer()).containsExactly(4, 5);
    assertThat(transport.counters()).containsEntry("sent", 1L);
  }

  @Test
  void addsAndRemovesTheNonEspMarker() throws Exception {
    transport.bind(local, true);
    transport.attach(received::add);
    fromPeer(0, 0, 0, 0, 9, 8);
    Datagram got = next();
    assertThat(got.octets()).containsExactly(9, 8);
    assertThat(got.marker()).isTrue();
    transport.send(new Datagram(local, peerAddress(), true, bytes(7)));
    assertThat(atPeer()).containsExactly(0, 0, 0, 0, 7);
  }

  @Test
  void sendsAKeepaliveBareAndSwallowsThePeers() throws Exception {
    transport.bind(local, true);
    transport.attach(received::add);
    transport.send(new Datagram(local, peerAddress(), true, bytes(0xff)));
    assertThat(atPeer()).containsExactly(0xff);
    fromPeer(0xff);
    await("nat-keepalives-received", 1);
    assertThat(received).isEmpty();
  }

  @Test
  void leavesEncapsulatedEspAndFragmentsOfNothingAlone() throws Exception {
    transport.bind(local, true);
    transport.attach(received::add);
    fromPeer(0, 0, 1, 0, 1, 1, 1, 1);
    fromPeer(0, 0, 0, 0);
    fromPeer();
    await("dropped-esp-in-udp", 1);
    await("dropped-short", 2);
    assertThat(received).isEmpty();
  }

  @Test
  void keepsSocketsAndDatagramsWhileEnginesAreSwapped() throws Exception {
    transport.bind(local, false);
    Registration first = transport.attach(received::add);
    fromPeer(1);
    assertThat(next().octets()).containsExactly(1);
    first.close();
    fromPeer(2);
    fromPeer(3);
    await("received", 3);
    assertThat(received).isEmpty();
    assertThat(transport.bind(local, false).kind()).isEqualTo(Kind.SAME);
    transport.attach(received::add);
    fromPeer(4);
    assertThat(next().octets()).containsExactly(2);
    assertThat(next().octets()).containsExactly(3);
    assertThat(next().octets()).containsExactly(4);
    first.close();
    fromPeer(5);
    assertThat(next().octets()).as("a late close of the old one").containsExactly(5);
  }

  @Test
  void dropsAndCountsWhatExceedsTheWaitingRoom() throws Exception {
    transport.bind(local, false);
    for (int i = 0; i < 6; i++) {
      fromPeer(i);
    }
    await("received", 6);
    await("dropped-waiting-full", 2);
    transport.attach(received::add);
    for (int i = 0; i < 4; i++) {
      assertThat(next().octets()).containsExactly(i);
    }
    assertThat(received.poll(50, TimeUnit.MILLISECONDS)).isNull();
  }

  @Test
  void dropsAndCountsWhatWaitedTooLong() throws Exception {
    transport.bind(local, false);
    fromPeer(1);
    await("received", 1);
    clock.addAndGet(TimeUnit.SECONDS.toNanos(31));
    fromPeer(2);
    await("received", 2);
    transport.attach(received::add);
    assertThat(next().octets()).containsExactly(2);
    await("dropped-stale", 1);
  }

  @Test
  void allowsOneEngineAtATime() {
    Registration first = transport.attach(received::add);
    assertThatThrownBy(() -> transport.attach(received::add))
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("close its registration first");
    first.close();
    transport.attach(received::add).close();
  }

  @Test
  void survivesAFailingEngineAndAFailingObserver() throws Exception {
    transport.bind(local, false);
    transport.observe(
        (sent, datagram) -> {
          throw new IllegalStateException("observer");
        });
    transport.attach(
        datagram -> {
          if (datagram.octets()[0] == 1) {
            throw new IllegalStateException("engine");
          }
          received.add(datagram);
        });
    fromPeer(1);
    fromPeer(2);
    assertThat(next().octets()).containsExactly(2);
    await("receiver-failures", 3);
  }

  @Test
  void showsObserversWhatGoesByUntilTheyLeave() throws Exception {
    transport.bind(local, true);
    transport.attach(received::add);
    List<String> seen = new java.util.concurrent.CopyOnWriteArrayList<>();
    Registration observer =
        transport.observe((sent, d) -> seen.add((sent ? ">" : "<") + d.octets()[0]));
    fromPeer(0, 0, 0, 0, 1);
    next();
    transport.send(new Datagram(local, peerAddress(), true, bytes(2)));
    assertThat(seen).containsExactly("<1", ">2");
    observer.close();
    fromPeer(0, 0, 0, 0, 3);
    next();
    assertThat(seen).hasSize(2);
  }

  @Test
  void saysWhyItCannotBind() throws Exception {
    assertThat(transport.bind(peerAddress(), false).reason())
        .contains("another IKE daemon")
        .contains(Integer.toString(peer.getLocalPort()));
    assertThat(transport.bind(new InetSocketAddress("192.0.2.1", 5500), false).reason())
        .contains("no such address");
    assertThat(transport.bind(new InetSocketAddress(5500), false).reason())
        .contains("specific local address");
    assertThat(transport.bind(new InetSocketAddress(LOOPBACK, 0), false).reason())
        .contains("fixed local port");
    transport.bind(local, false);
    Outcome other = transport.bind(local, true);
    assertThat(other.kind()).isEqualTo(Kind.CONFLICT);
    assertThat(other.reason()).contains("without the non-ESP marker");
  }

  @Test
  void saysWhyItCannotSend() {
    assertThat(transport.send(new Datagram(local, peerAddress(), false, bytes(1))).kind())
        .isEqualTo(Kind.UNAVAILABLE);
    transport.bind(local, false);
    assertThat(transport.send(new Datagram(local, peerAddress(), true, bytes(1))).reason())
        .contains("marker");
    assertThat(transport.send(new Datagram(local, peerAddress(), false, bytes())).kind())
        .isEqualTo(Kind.REFUSED);
    Outcome huge = transport.send(new Datagram(local, peerAddress(), false, new byte[70_000]));
    assertThat(huge.kind()).isEqualTo(Kind.REFUSED);
    assertThat(huge.reason()).contains("cannot send from");
    assertThat(transport.counters()).containsEntry("send-errors", 1L);
    assertThat(transport.send(new Datagram(local, peerAddress(), false, bytes(1))).done()).isTrue();
  }

  @Test
  void givesAPortBackAtOnce() throws Exception {
    for (int i = 0; i < 20; i++) {
      assertThat(transport.bind(local, i % 2 == 0)).isEqualTo(Outcome.ok());
      assertThat(transport.unbind(local)).isEqualTo(Outcome.ok());
    }
    assertThat(transport.unbind(local).kind()).isEqualTo(Kind.ABSENT);
    new DatagramSocket(local).close();
  }

  @Test
  void closingFreesEverything() throws Exception {
    transport.bind(local, false);
    transport.close();
    new DatagramSocket(local).close();
    assertThat(transport.bind(local, false).kind()).isEqualTo(Kind.UNAVAILABLE);
    assertThat(transport.send(new Datagram(local, peerAddress(), false, bytes(1))).done())
        .isFalse();
  }

  @Test
  void anEngineMayBindAndUnbindFromItsReceiver() throws Exception {
    InetSocketAddress other = freeAddress();
    transport.bind(local, false);
    transport.attach(
        datagram -> {
          transport.bind(other, true);
          transport.unbind(other);
          transport.send(new Datagram(local, datagram.remote(), false, bytes(9)));
        });
    fromPeer(1);
    assertThat(atPeer()).containsExactly(9);
    fromPeer(1);
    assertThat(atPeer()).containsExactly(9);
  }

  @Test
  void servesManySendersAndSocketsAtOnce() throws Exception {
    List<InetSocketAddress> locals = new ArrayList<>();
    for (int i = 0; i < 4; i++) {
      InetSocketAddress address = freeAddress();
      locals.add(address);
      assertThat(transport.bind(address, false).done()).isTrue();
    }
    ExecutorService workers = Executors.newFixedThreadPool(4);
    try {
      List<Callable<Boolean>> jobs = new ArrayList<>();
      for (int t = 0; t < 4; t++) {
        int id = t;
        jobs.add(
            () -> {
              boolean done = true;
              for (int n = 0; n < 20; n++) {
                Datagram d = new Datagram(locals.get(id), peerAddress(), false, bytes(id, n));
                done &= transport.send(d).done();
              }
              return done;
            });
      }
      for (Future<Boolean> job : workers.invokeAll(jobs)) {
        assertThat(job.get()).isTrue();
      }
    } finally {
      workers.shutdownNow();
    }
    Set<String> arrived = new HashSet<>();
    for (int i = 0; i < 80; i++) {
      arrived.add(Arrays.toString(atPeer()));
    }
    assertThat(arrived).hasSize(80);
  }
}
