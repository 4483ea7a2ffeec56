package io.keyway.plane.infrap4d.device;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/**
 * A notification {@code sadb-expire}: five {@code name: value} items joined by a comma and a space.
 *
 * @param spi of the SA in host order, as the wire has it
 * @param soft true: asks for a rekey; false: the SA ended
 * @param protocol IP protocol of the packet that triggered it; 50 for ESP
 * @param destination destination address of that packet
 */
public record ExpiryText(long spi, boolean soft, int protocol, InetAddress destination) {

  /** What the device answers to the look at the initial state; says nothing. */
  static final String NOISE = "unsupported yet";

  /** Empty when the text is none of these; IPv6 addresses contain colons, so the first one cuts. */
  static Optional<ExpiryText> parse(String text) {
    Map<String, String> items = new HashMap<>();
    for (String item : text.split(", ")) {
      int colon = item.indexOf(": ");
      if (colon > 0) {
        items.put(item.substring(0, colon).strip(), item.substring(colon + 2).strip());
      }
    }
    try {
      String soft = items.getOrDefault("soft-lifetime-expire", "");
      String destination = items.getOrDefault("ipsec-sa-dest-address", "");
      if (!soft.equals("0") && !soft.equals("1") || !destination.matches("[0-9A-Fa-f:.]+")) {
        return Optional.empty();
      }
      return Optional.of(
          new ExpiryText(
              Integer.toUnsignedLong(Integer.parseUnsignedInt(items.get("ipsec-sa-spi"))),
              soft.equals("1"),
              Integer.parseInt(items.get("ipsec-sa-protocol")),
              InetAddress.getByName(destination)));
    } catch (NumberFormatException | UnknownHostException e) {
      return Optional.empty();
    }
  }
}
