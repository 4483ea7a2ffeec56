package io.keyway.it.vrouter.contract;

import java.io.Closeable;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.util.HashSet;
import java.util.Set;

/**
 * A cable that can be pulled: stands between a controller and an agent, and passes octets on
 * without looking at them, so TLS goes from end to end.
 */
final class Relay implements Closeable {

  private record Pair(SocketChannel client, SocketChannel agent) {
    void close() {
      for (SocketChannel end : new SocketChannel[] {client, agent}) {
        try {
          end.close();
        } catch (IOException e) {
          // It is gone, which is all that was wanted.
        }
      }
    }
  }

  private final SocketAddress target;
  private final Set<Pair> pairs = new HashSet<>();
  private SocketAddress address;
  private ServerSocketChannel server;
  private boolean mute;

  /**
   * Listens at once.
   *
   * @param address of loopback, with port 0 for a free one, or of a UNIX socket
   */
  Relay(SocketAddress address, SocketAddress target) throws IOException {
    this.address = address;
    this.target = target;
    mend();
  }

  static Relay tcp(int port) throws IOException {
    InetAddress loopback = InetAddress.getByName("127.0.0.1");
    return new Relay(new InetSocketAddress(loopback, 0), new InetSocketAddress(loopback, port));
  }

  synchronized int port() {
    return ((InetSocketAddress) address).getPort();
  }

  /** Lets connections be made. */
  synchronized void mend() throws IOException {
    if (address instanceof UnixDomainSocketAddress unix) {
      Files.deleteIfExists(unix.getPath());
      server = ServerSocketChannel.open(StandardProtocolFamily.UNIX);
    } else {
      server = ServerSocketChannel.open();
    }
    server.bind(address);
    address = server.getLocalAddress();
    ServerSocketChannel mine = server;
    start("relay", () -> accept(mine));
  }

  /** Breaks every connection, and refuses others. */
  synchronized void cut() throws IOException {
    server.close();
    drop();
  }

  /**
   * What the agent says is lost. Connections of such a time are of no use to anybody afterwards,
   * and are broken.
   */
  synchronized void mute(boolean yes) {
    mute = yes;
    if (!yes) {
      drop();
    }
  }

  private void drop() {
    pairs.forEach(Pair::close);
    pairs.clear();
  }

  private void accept(ServerSocketChannel from) {
    try {
      while (true) {
        SocketChannel client = from.accept();
        try {
          join(from, new Pair(client, SocketChannel.open(target)));
        } catch (IOException e) {
          // No agent: whoever called hears it as it would without us.
          client.close();
        }
      }
    } catch (IOException e) {
      // Cut, or closed.
    }
  }

  private synchronized void join(ServerSocketChannel from, Pair pair) {
    if (from != server || !from.isOpen()) {
      pair.close();
      return;
    }
    pairs.add(pair);
    start("relay-to", () -> pump(pair, pair.client(), pair.agent(), false));
    start("relay-from", () -> pump(pair, pair.agent(), pair.client(), true));
  }

  private void pump(Pair pair, SocketChannel in, SocketChannel out, boolean fromAgent) {
    ByteBuffer buffer = ByteBuffer.allocate(65_536);
    try {
      while (in.read(buffer.clear()) >= 0) {
        buffer.flip();
        while (buffer.hasRemaining() && !(fromAgent && muted())) {
          out.write(buffer);
        }
      }
    } catch (IOException e) {
      // One end is gone; so goes the other.
    }
    pair.close();
  }

  private synchronized boolean muted() {
    return mute;
  }

  private static void start(String name, Runnable work) {
    Thread thread = new Thread(work, name);
    thread.setDaemon(true);
    thread.start();
  }

  @Override
  public void close() throws IOException {
    cut();
  }
}
