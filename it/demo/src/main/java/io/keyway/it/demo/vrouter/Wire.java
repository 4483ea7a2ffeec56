package io.keyway.it.demo.vrouter;

import io.keyway.it.kit.lab.NetNs;
import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;

/** A capture of every frame between the routers, and the judgement on it. */
final class Wire implements Closeable {

  private static final int ARP = 0x0806;
  private static final int IPV4 = 0x0800;
  private static final int IPV6 = 0x86DD;
  private static final int HOP_BY_HOP = 0;
  private static final int ICMPV6 = 58;
  private static final int UDP = 17;
  private static final int ESP = 50;
  private static final int ICMP = 1;
  private static final List<String> ALLOWED = List.of("ESP", "IKE", "ARP", "ND", "ICMP");

  private final Process tcpdump;
  private final Path file;

  private Wire(Process tcpdump, Path file) {
    this.tcpdump = tcpdump;
    this.file = file;
  }

  /** Starts tcpdump on a device, and waits until it listens. */
  static Wire capture(NetNs ns, String device, Path file) throws IOException, InterruptedException {
    Path log = file.resolveSibling(file.getFileName() + ".log");
    Process process =
        new ProcessBuilder(
                ns.inside(
                    List.of(
                        "tcpdump",
                        "--immediate-mode",
                        "-U",
                        "-Z",
                        "root",
                        "-B",
                        "16384",
                        "-s",
                        "0",
                        "-i",
                        device,
                        "-w",
                        file.toString())))
            .redirectErrorStream(true)
            .redirectOutput(log.toFile())
            .start();
    Wire wire = new Wire(process, file);
    long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(20);
    while (!Files.readString(log).contains("listening on")) {
      if (!process.isAlive() || System.nanoTime() > end) {
        wire.close();
        throw new IOException("tcpdump does not listen: " + Files.readString(log));
      }
      Thread.sleep(20);
    }
    return wire;
  }

  /**
   * What was on the wire.
   *
   * @param kinds frames by kind: {@code ESP}, {@code IKE}, {@code ARP}, {@code ND}, and {@code
   *     ICMP}, an error about one of the first two
   * @param others what is none of these, in words; must be empty
   * @param text whether the text of the packets was anywhere
   */
  record Verdict(Map<String, Integer> kinds, List<String> others, boolean text) {}

  /** Ends the capture and judges it. */
  Verdict end(String text) throws IOException, InterruptedException {
    tcpdump.destroy();
    if (!tcpdump.waitFor(10, TimeUnit.SECONDS)) {
      throw new IOException("tcpdump does not end");
    }
    return judge(Files.readAllBytes(file), text);
  }

  /** Judges a file in the format of libpcap. */
  static Verdict judge(byte[] capture, String text) throws IOException {
    ByteBuffer pcap = ByteBuffer.wrap(capture).order(ByteOrder.LITTLE_ENDIAN);
    if (capture.length < 24 || pcap.getInt() != 0xa1b2c3d4) {
      throw new IOException("this is no capture of this machine");
    }
    pcap.position(24);
    Map<String, Integer> kinds = new TreeMap<>();
    List<String> others = new java.util.ArrayList<>();
    while (pcap.remaining() >= 16) {
      pcap.getLong();
      int length = pcap.getInt();
      pcap.getInt();
      if (length < 0 || length > pcap.remaining()) {
        throw new IOException("the capture ends within a frame");
      }
      byte[] frame = new byte[length];
      pcap.get(frame);
      String kind = kind(ByteBuffer.wrap(frame));
      if (ALLOWED.contains(kind)) {
        kinds.merge(kind, 1, Integer::sum);
      } else {
        others.add(kind);
      }
    }
    boolean found =
        new String(capture, StandardCharsets.ISO_8859_1)
            .contains(
                new String(text.getBytes(StandardCharsets.UTF_8), StandardCharsets.ISO_8859_1));
    return new Verdict(kinds, others, found);
  }

  private static String kind(ByteBuffer frame) {
    if (frame.limit() < 14) {
      return "a frame of " + frame.limit() + " octets";
    }
    int type = frame.getShort(12) & 0xffff;
    if (type == ARP) {
      return "ARP";
    }
    if (type == IPV4 && frame.limit() >= 34) {
      int header = 14 + (frame.get(14) & 0xf) * 4;
      return protocol(frame, frame.get(23) & 0xff, header);
    }
    if (type == IPV6 && frame.limit() >= 54) {
      int next = frame.get(20) & 0xff;
      // Reports of groups (RFC 3810) carry the router alert option.
      if (next == HOP_BY_HOP && frame.limit() > 62 && (frame.get(54) & 0xff) == ICMPV6) {
        return protocol(frame, ICMPV6, 62);
      }
      return protocol(frame, next, 54);
    }
    return "a frame of type 0x%04x".formatted(type);
  }

  private static String protocol(ByteBuffer frame, int protocol, int at) {
    if (protocol == ESP) {
      return "ESP";
    }
    if (protocol == UDP && frame.limit() >= at + 12) {
      int from = frame.getShort(at) & 0xffff;
      int to = frame.getShort(at + 2) & 0xffff;
      if (from == 500 && to == 500) {
        return "IKE";
      }
      if (from == 4500 && to == 4500) {
        // A marker of four zero octets stands before IKE (RFC 3948 section 2.2), an SPI before ESP.
        return frame.getInt(at + 8) == 0 ? "IKE" : "ESP";
      }
      return "UDP from port " + from + " to port " + to;
    }
    if (protocol == ICMP && frame.limit() >= at + 8 + 28) {
      // A router on the way tells of an ESP or IKE packet that it could not deliver, and quotes it.
      int about = protocolOfQuoted(frame, at + 8);
      int type = frame.get(at) & 0xff;
      boolean error = type == 3 || type == 11;
      return error && (about == ESP || about == UDP) ? "ICMP" : "ICMP of type " + type;
    }
    if (protocol == ICMPV6 && frame.limit() > at) {
      int type = frame.get(at) & 0xff;
      // Neighbour discovery (RFC 4861), and reports of its multicast groups (RFC 2710, RFC 3810).
      return (type >= 130 && type <= 137) || type == 143 ? "ND" : "ICMPv6 of type " + type;
    }
    return "IP protocol " + protocol;
  }

  /** ESP, or UDP where it is IKE's; else nothing that may be there. */
  private static int protocolOfQuoted(ByteBuffer frame, int at) {
    int protocol = frame.get(at + 9) & 0xff;
    if (protocol != UDP) {
      return protocol;
    }
    int port = frame.getShort(at + (frame.get(at) & 0xf) * 4) & 0xffff;
    return port == 500 || port == 4500 ? UDP : -1;
  }

  @Override
  public void close() throws IOException {
    tcpdump.destroy();
    try {
      if (!tcpdump.waitFor(5, TimeUnit.SECONDS)) {
        tcpdump.destroyForcibly().waitFor();
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      tcpdump.destroyForcibly();
    }
  }
}
