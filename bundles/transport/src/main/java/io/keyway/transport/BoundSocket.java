package io.keyway.transport;

import io.keyway.api.Outcome;
import io.keyway.api.ike.IkeTransport.Datagram;
import io.keyway.transport.TransportCounters.Counter;
import java.io.IOException;
import java.net.Inet6Address;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.StandardProtocolFamily;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.DatagramChannel;
import java.util.ArrayDeque;

/**
 * One bound UDP socket and the datagrams that wait for room in its send buffer. The lock guards the
 * queue and calls that never block, so that datagrams leave in the order in which they came.
 */
final class BoundSocket {
  private final InetSocketAddress local;
  private final boolean marker;
  private final DatagramChannel channel;
  private final Writer writer;
  private final TransportLimits limits;
  private final TransportCounters counters;
  private final Sent sent;
  private final ArrayDeque<Datagram> queue = new ArrayDeque<>();

  /** Told of each datagram that the system took. */
  @FunctionalInterface
  interface Sent {
    void sent(Datagram datagram);
  }

  /** Writes one datagram; 0 when there is no room. */
  @FunctionalInterface
  interface Writer {
    int write(ByteBuffer datagram, SocketAddress remote) throws IOException;
  }

  BoundSocket(
      InetSocketAddress local,
      boolean marker,
      DatagramChannel channel,
      Writer writer,
      TransportLimits limits,
      TransportCounters counters,
      Sent sent) {
    this.local = local;
    this.marker = marker;
    this.channel = channel;
    this.writer = writer;
    this.limits = limits;
    this.counters = counters;
    this.sent = sent;
  }

  /** Binds, non-blocking. */
  static BoundSocket open(
      InetSocketAddress local,
      boolean marker,
      TransportLimits limits,
      TransportCounters counters,
      Sent sent)
      throws IOException {
    DatagramChannel channel =
        DatagramChannel.open(
            local.getAddress() instanceof Inet6Address
                ? StandardProtocolFamily.INET6
                : StandardProtocolFamily.INET);
    try {
      channel.configureBlocking(false);
      channel.setOption(StandardSocketOptions.SO_RCVBUF, limits.socketBuffer());
      channel.setOption(StandardSocketOptions.SO_SNDBUF, limits.socketBuffer());
      channel.bind(local);
      return new BoundSocket(local, marker, channel, channel::send, limits, counters, sent);
    } catch (IOException | RuntimeException e) {
      channel.close();
      throw e;
    }
  }

  InetSocketAddress local() {
    return local;
  }

  boolean marker() {
    return marker;
  }

  DatagramChannel channel() {
    return channel;
  }

  /** Sends or queues; {@code wantWrite} is run when the selector must watch for room. */
  Outcome send(Datagram datagram, Runnable wantWrite) {
    synchronized (this) {
      if (!queue.isEmpty() || !tryWrite(datagram)) {
        if (queue.size() >= limits.sending()) {
          counters.add(Counter.DROPPED_SEND_FULL);
          return Outcome.full(
              "the send queue of " + local + " is full (" + queue.size() + " datagrams)");
        }
        queue.add(datagram);
        wantWrite.run();
        return Outcome.ok();
      }
    }
    sent.sent(datagram);
    return Outcome.ok();
  }

  /** Sends what waits, as far as there is room; true when more is left. */
  boolean flush() {
    while (true) {
      Datagram next;
      synchronized (this) {
        next = queue.peek();
        if (next == null) {
          return false;
        }
        try {
          if (!tryWrite(next)) {
            return true;
          }
        } catch (SendFailedException e) {
          // Its sender has long been told OK; a loss like any other in the network.
          queue.poll();
          continue;
        }
        queue.poll();
      }
      sent.sent(next);
    }
  }

  private boolean tryWrite(Datagram datagram) {
    ByteBuffer framed = Framing.frame(datagram.octets(), datagram.marker());
    try {
      // Nothing is sent of a datagram that does not fit whole.
      boolean written = writer.write(framed, datagram.remote()) > 0;
      if (written) {
        counters.add(Counter.SENT);
      }
      return written;
    } catch (IOException | RuntimeException e) {
      counters.add(Counter.SEND_ERRORS);
      throw new SendFailedException(e);
    }
  }

  /** The system refused one datagram. */
  static final class SendFailedException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    SendFailedException(Exception cause) {
      super(cause.getMessage() == null ? cause.toString() : cause.getMessage(), cause);
    }
  }
}
