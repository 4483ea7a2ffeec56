package io.keyway.transport;

import static org.assertj.core.api.Assertions.assertThat;

import io.keyway.api.Outcome.Kind;
import io.keyway.api.ike.IkeTransport.Datagram;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** The send queue, on a system whose send buffer is full when the test says so. */
class BoundSocketTest {
  private static final InetSocketAddress ADDRESS =
      new InetSocketAddress(InetAddress.getLoopbackAddress(), 500);

  private final TransportCounters counters = new TransportCounters();
  private final List<Integer> wire = new ArrayList<>();
  private final List<Integer> shown = new ArrayList<>();
  private int room;
  private int failures;
  private int wakeups;

  private final BoundSocket socket =
      new BoundSocket(
          ADDRESS,
          false,
          null,
          (datagram, remote) -> {
            if (room == 0) {
              return 0;
            }
            if (failures > 0) {
              failures--;
              throw new IOException("no route");
            }
            room--;
            wire.add((int) datagram.get());
            return 1;
          },
          new TransportLimits(1, Duration.ofSeconds(1), 2, 65536),
          counters,
          datagram -> shown.add((int) datagram.octets()[0]));

  private Kind send(int octet) {
    Datagram datagram = new Datagram(ADDRESS, ADDRESS, false, new byte[] {(byte) octet});
    return socket.send(datagram, () -> wakeups++).kind();
  }

  @Test
  void keepsOrderAndBoundWhenThereIsNoRoom() {
    room = 1;
    assertThat(send(1)).isEqualTo(Kind.OK);
    assertThat(send(2)).isEqualTo(Kind.OK);
    room = 1;
    assertThat(send(3)).as("behind 2, though there is room again").isEqualTo(Kind.OK);
    assertThat(send(4)).isEqualTo(Kind.FULL);
    assertThat(wakeups).isEqualTo(2);
    assertThat(wire).containsExactly(1);
    assertThat(socket.flush()).as("more is left").isTrue();
    assertThat(wire).containsExactly(1, 2);
    room = 5;
    assertThat(socket.flush()).isFalse();
    assertThat(wire).containsExactly(1, 2, 3);
    assertThat(shown).containsExactly(1, 2, 3);
    assertThat(counters.snapshot())
        .containsEntry("sent", 3L)
        .containsEntry("dropped-send-full", 1L);
  }

  @Test
  void aQueuedDatagramThatFailsDoesNotBlockTheNext() {
    send(1);
    send(2);
    room = 2;
    failures = 1;
    assertThat(socket.flush()).isFalse();
    assertThat(wire).containsExactly(2);
    assertThat(shown).containsExactly(2);
    assertThat(counters.snapshot()).containsEntry("send-errors", 1L);
  }
}
