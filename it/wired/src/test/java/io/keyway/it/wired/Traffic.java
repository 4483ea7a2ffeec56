package io.keyway.it.wired;

import io.keyway.emulator.infrap4d.pipeline.Delivered;
import io.keyway.emulator.infrap4d.pipeline.Verdict;
import io.keyway.esp.IpPacket;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * A steady stream of numbered UDP datagrams from a host behind one site to one behind the other.
 */
final class Traffic implements AutoCloseable {

  private static final int UDP = 17;

  private final Site from;
  private final Site to;
  private final String source;
  private final String destination;
  private final List<Verdict.Kind> verdicts = new ArrayList<>();
  private final AtomicBoolean running = new AtomicBoolean(true);
  private final Thread thread;

  Traffic(Site from, Site to, String source, String destination) {
    this.from = from;
    this.to = to;
    this.source = source;
    this.destination = destination;
    this.thread = new Thread(this::run, "traffic");
    thread.setDaemon(true);
    to.device.takeDelivered(Integer.MAX_VALUE);
    thread.start();
  }

  private void run() {
    while (running.get()) {
      synchronized (verdicts) {
        Verdict verdict = send(from, source, destination, "number " + verdicts.size());
        verdicts.add(verdict.kind());
      }
      try {
        Thread.sleep(2);
      } catch (InterruptedException e) {
        return;
      }
    }
  }

  /** Sends one packet. */
  static Verdict send(Site from, String source, String destination, String text) {
    return from.device.device().transmit(udp(source, destination, text), false);
  }

  static byte[] udp(String source, String destination, String text) {
    byte[] payload = text.getBytes(StandardCharsets.UTF_8);
    byte[] udp = new byte[8 + payload.length];
    udp[1] = 7;
    udp[3] = 9;
    udp[4] = (byte) (udp.length >>> 8);
    udp[5] = (byte) udp.length;
    System.arraycopy(payload, 0, udp, 8, payload.length);
    return IpPacket.ofV4(octets(source), octets(destination), UDP, 0, 64, false, udp).toBytes();
  }

  static String text(byte[] packet) {
    byte[] udp = IpPacket.parse(packet).upper();
    return new String(udp, 8, udp.length - 8, StandardCharsets.UTF_8);
  }

  static byte[] octets(String address) {
    try {
      return InetAddress.getByName(address).getAddress();
    } catch (UnknownHostException e) {
      throw new IllegalArgumentException(e);
    }
  }

  /** Number of packets sent so far. */
  int sent() {
    synchronized (verdicts) {
      return verdicts.size();
    }
  }

  /** What became of packets from one number on. */
  Set<Verdict.Kind> kindsSince(int number) {
    synchronized (verdicts) {
      return new HashSet<>(verdicts.subList(number, verdicts.size()));
    }
  }

  /** Numbers that went in clear after one had been held or protected; from one number on. */
  List<Integer> clearAfterHeld(int number) {
    List<Integer> found = new ArrayList<>();
    synchronized (verdicts) {
      int i = number;
      while (i < verdicts.size() && verdicts.get(i) != Verdict.Kind.CLEAR) {
        i++;
      }
      while (i < verdicts.size() && verdicts.get(i) == Verdict.Kind.CLEAR) {
        i++;
      }
      for (; i < verdicts.size(); i++) {
        if (verdicts.get(i) == Verdict.Kind.CLEAR) {
          found.add(i);
        }
      }
    }
    return found;
  }

  /** Number of packets of one kind. */
  long count(Verdict.Kind kind) {
    synchronized (verdicts) {
      return verdicts.stream().filter(kind::equals).count();
    }
  }

  /** Stops, and returns the numbers that were sent as ESP and not delivered decrypted. */
  List<Integer> stopAndFindLost() {
    close();
    Set<String> arrived = new HashSet<>();
    for (Delivered packet : to.device.takeDelivered(Integer.MAX_VALUE).items()) {
      if (packet.kind() == Delivered.Kind.DECRYPTED) {
        arrived.add(text(packet.packet()));
      }
    }
    List<Integer> lost = new ArrayList<>();
    synchronized (verdicts) {
      for (int i = 0; i < verdicts.size(); i++) {
        if (verdicts.get(i) == Verdict.Kind.PROTECTED && !arrived.contains("number " + i)) {
          lost.add(i);
        }
      }
    }
    return lost;
  }

  @Override
  public void close() {
    running.set(false);
    try {
      thread.join(2000);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
