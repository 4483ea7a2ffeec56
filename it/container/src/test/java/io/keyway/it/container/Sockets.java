package io.keyway.it.container;

import java.io.IOException;
import java.net.InetAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;

/** What a process listens on, by the kernel's own account (proc(5)). */
final class Sockets {
  private static final String LISTEN = "0A";
  private static final String UDP_BOUND = "07";

  private Sockets() {}

  /** TCP listeners and bound UDP sockets as {@code address:port}. */
  static List<String> listeners(long pid) throws IOException {
    Set<String> inodes = inodes(pid);
    List<String> found = new ArrayList<>();
    for (String table : List.of("tcp", "tcp6", "udp", "udp6")) {
      List<String> lines = Files.readAllLines(Path.of("/proc/" + pid + "/net/" + table));
      for (String line : lines.subList(1, lines.size())) {
        String[] cells = line.trim().split("\\s+");
        boolean listens = cells[3].equals(table.startsWith("tcp") ? LISTEN : UDP_BOUND);
        if (listens && inodes.contains(cells[9])) {
          found.add(address(cells[1]));
        }
      }
    }
    return found;
  }

  private static Set<String> inodes(long pid) throws IOException {
    Set<String> inodes = new HashSet<>();
    try (Stream<Path> descriptors = Files.list(Path.of("/proc/" + pid + "/fd"))) {
      for (Path descriptor : descriptors.toList()) {
        try {
          String target = Files.readSymbolicLink(descriptor).toString();
          if (target.startsWith("socket:[")) {
            inodes.add(target.substring(8, target.length() - 1));
          }
        } catch (java.nio.file.NoSuchFileException e) {
          continue; // closed meanwhile
        }
      }
    }
    return inodes;
  }

  /** The kernel prints addresses as 32-bit words in host order; this host is little endian. */
  private static String address(String hex) throws IOException {
    String[] parts = hex.split(":");
    byte[] address = new byte[parts[0].length() / 2];
    for (int i = 0; i < address.length; i++) {
      int from = (i / 4 * 4 + 3 - i % 4) * 2;
      address[i] = (byte) Integer.parseInt(parts[0].substring(from, from + 2), 16);
    }
    // A v4-mapped address becomes the IPv4 address that it stands for.
    String text =
        InetAddress.getByAddress(address).getHostAddress().replaceFirst("^0:0:0:0:0:0:0:1$", "::1");
    return text + ":" + Integer.parseInt(parts[1], 16);
  }
}
