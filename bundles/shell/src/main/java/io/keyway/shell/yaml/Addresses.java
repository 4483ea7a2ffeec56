package io.keyway.shell.yaml;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.Optional;

/** Literal addresses; a name would make loading depend on DNS. */
final class Addresses {

  private Addresses() {}

  static Optional<InetAddress> parse(String text) {
    boolean four = text.matches("[0-9]{1,3}(\\.[0-9]{1,3}){3}");
    boolean six = text.contains(":") && text.matches("[0-9A-Fa-f:.]+");
    if (!four && !six) {
      return Optional.empty();
    }
    try {
      return Optional.of(InetAddress.getByName(text));
    } catch (UnknownHostException e) {
      return Optional.empty();
    }
  }
}
