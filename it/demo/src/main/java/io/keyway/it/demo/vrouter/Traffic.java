package io.keyway.it.demo.vrouter;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.StandardProtocolFamily;
import java.nio.ByteBuffer;
import java.nio.channels.DatagramChannel;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.LockSupport;

/**
 * What a host of the lab runs: a process of its own, because a Java process lives in one network
 * namespace. It counts numbered datagrams that come, and sends such, evenly spaced, when told to.
 *
 * <p>Arguments: PORT TEXT, and for each family its own and the other host's address. On standard
 * input:
 *
 * <ul>
 *   <li>{@code send STREAM PER-SECOND}: datagrams of a stream to each address, numbered from 0
 *   <li>{@code stop}: no more of them; a line {@code sent STREAM COUNT}, the same for each address
 *   <li>{@code missing STREAM COUNT}: for each family a line {@code missing STREAM FAMILY
 *       NUMBER...}
 * </ul>
 *
 * <p>It ends with its standard input.
 */
public final class Traffic {

  private static final int HEADER = 8;

  private final Map<String, BitSet> received = new ConcurrentHashMap<>();
  private final byte[] text;
  private volatile boolean going;
  private Thread sender;

  private Traffic(byte[] text) {
    this.text = text;
  }

  public static void main(String[] arguments) throws IOException, InterruptedException {
    int port = Integer.parseInt(arguments[0]);
    Traffic traffic = new Traffic(arguments[1].getBytes(StandardCharsets.UTF_8));
    List<DatagramChannel> channels = new ArrayList<>();
    List<InetSocketAddress> peers = new ArrayList<>();
    for (int i = 2; i < arguments.length; i += 2) {
      boolean six = arguments[i].contains(":");
      DatagramChannel channel =
          DatagramChannel.open(six ? StandardProtocolFamily.INET6 : StandardProtocolFamily.INET);
      channel.setOption(java.net.StandardSocketOptions.SO_RCVBUF, 4 << 20);
      channel.bind(new InetSocketAddress(InetAddress.getByName(arguments[i]), port));
      channels.add(channel);
      peers.add(new InetSocketAddress(InetAddress.getByName(arguments[i + 1]), port));
      Thread reader =
          new Thread(() -> traffic.receive(channel, six ? "IPv6" : "IPv4"), "receive-" + i);
      reader.setDaemon(true);
      reader.start();
    }
    System.out.println("ready");
    BufferedReader in =
        new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
    for (String line = in.readLine(); line != null; line = in.readLine()) {
      String[] words = line.split(" ");
      if (words[0].equals("send")) {
        int stream = Integer.parseInt(words[1]);
        long gap = 1_000_000_000L / Integer.parseInt(words[2]);
        traffic.going = true;
        traffic.sender = new Thread(() -> traffic.send(channels, peers, stream, gap), "send");
        traffic.sender.start();
      } else if (words[0].equals("stop")) {
        traffic.going = false;
        traffic.sender.join();
      } else {
        traffic.missing(words[1], Integer.parseInt(words[2]));
      }
    }
    System.exit(0);
  }

  private void send(
      List<DatagramChannel> channels, List<InetSocketAddress> peers, int stream, long gap) {
    ByteBuffer datagram = ByteBuffer.allocate(HEADER + text.length);
    long next = System.nanoTime();
    int number = 0;
    for (; going; number++) {
      for (long left = next - System.nanoTime(); left > 0; left = next - System.nanoTime()) {
        LockSupport.parkNanos(left);
      }
      next += gap;
      for (int i = 0; i < channels.size(); i++) {
        datagram.clear();
        datagram.putInt(stream).putInt(number).put(text).flip();
        try {
          channels.get(i).send(datagram, peers.get(i));
        } catch (IOException e) {
          // "No route", "unreachable" by ICMP: to the count it is a loss like any other.
          continue;
        }
      }
    }
    System.out.println("sent " + stream + " " + number);
  }

  private void receive(DatagramChannel channel, String family) {
    ByteBuffer buffer = ByteBuffer.allocate(65536);
    while (true) {
      try {
        buffer.clear();
        channel.receive(buffer);
      } catch (java.nio.channels.ClosedChannelException e) {
        return;
      } catch (IOException e) {
        // The kernel hands ICMP errors of what was sent to whoever reads next.
        continue;
      }
      buffer.flip();
      if (buffer.remaining() != HEADER + text.length) {
        continue;
      }
      int stream = buffer.getInt();
      int number = buffer.getInt();
      byte[] rest = new byte[text.length];
      buffer.get(rest);
      if (java.util.Arrays.equals(rest, text) && number >= 0) {
        BitSet numbers = received.computeIfAbsent(stream + " " + family, k -> new BitSet());
        synchronized (numbers) {
          numbers.set(number);
        }
      }
    }
  }

  private void missing(String stream, int count) {
    for (String family : List.of("IPv4", "IPv6")) {
      StringBuilder line = new StringBuilder("missing " + stream + " " + family);
      BitSet numbers = received.getOrDefault(stream + " " + family, new BitSet());
      synchronized (numbers) {
        for (int n = numbers.nextClearBit(0); n < count; n = numbers.nextClearBit(n + 1)) {
          line.append(' ').append(n);
        }
      }
      System.out.println(line);
    }
  }
}
