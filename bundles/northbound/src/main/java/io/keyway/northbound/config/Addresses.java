package io.keyway.northbound.config;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.ArrayList;
import java.util.List;

/** IP addresses as YANG writes them. */
final class Addresses {

  private Addresses() {}

  /** Reads literals in order. */
  static List<InetAddress> parseAll(String node, List<String> literals)
      throws InvalidEntryException {
    List<InetAddress> addresses = new ArrayList<>();
    for (String literal : literals) {
      addresses.add(parse(node, literal));
    }
    return addresses;
  }

  /** Reads a literal; never asks a resolver, for the schema lets no host name pass. */
  static InetAddress parse(String node, String literal) throws InvalidEntryException {
    if (!literal.matches("[0-9.]+|[0-9A-Fa-f:.]*:[0-9A-Fa-f:.]*")) {
      throw new InvalidEntryException(node, "'" + literal + "' is not an IP address");
    }
    try {
      return InetAddress.getByName(literal);
    } catch (UnknownHostException e) {
      throw new InvalidEntryException(node, "'" + literal + "' is not an IP address");
    }
  }
}
