package io.keyway.northbound.config;

import java.net.InetAddress;
import java.net.UnknownHostException;

/** IP addresses as YANG writes them. */
final class Addresses {

  private Addresses() {}

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
