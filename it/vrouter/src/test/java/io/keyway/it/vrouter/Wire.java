package io.keyway.it.vrouter;

import io.keyway.it.kit.lab.Capture;
import io.keyway.it.kit.lab.Tshark;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * What tshark saw in every frame of a capture.
 *
 * @param protocols how many frames there were of each stack of protocols, such as {@code
 *     eth:ethertype:ip:udp:udpencap:esp}; behind ICMPv6 its type
 * @param frames how many frames of ESP had an SPI, 8 hexadecimal digits
 * @param highest the highest sequence number of ESP with an SPI: as many packets its sender made
 */
record Wire(Map<String, Long> protocols, Map<String, Long> frames, Map<String, Long> highest) {

  static Wire of(Capture capture) {
    Map<String, Long> protocols = new TreeMap<>();
    Map<String, Long> frames = new TreeMap<>();
    Map<String, Long> highest = new TreeMap<>();
    for (String line :
        Tshark.fields(
            capture.file(),
            List.of(),
            "",
            "frame.protocols",
            "icmpv6.type",
            "esp.spi",
            "esp.sequence")) {
      String[] fields = line.split("\t", -1);
      protocols.merge(fields[0] + (fields[1].isEmpty() ? "" : " " + fields[1]), 1L, Long::sum);
      if (!fields[2].isEmpty()) {
        String spi = fields[2].substring(2);
        frames.merge(spi, 1L, Long::sum);
        highest.merge(spi, Long.parseLong(fields[3]), Math::max);
      }
    }
    return new Wire(protocols, frames, highest);
  }

  /** Whether the octets of a text stand in a capture as they are. */
  static boolean inClear(Capture capture, String text) throws IOException {
    // As ISO 8859-1 every octet is a character of its own.
    return Files.readString(capture.file(), StandardCharsets.ISO_8859_1).contains(text);
  }
}
