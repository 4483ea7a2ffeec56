package io.keyway.ike.engine.log;

import io.keyway.ike.message.Octets;
import java.net.InetAddress;
import java.net.UnknownHostException;

/** Addresses in text. */
final class Addresses {
  private Addresses() {}

  /** An address of 4 or 16 octets; anything else in hex. */
  static String text(Octets octets) {
    try {
      return InetAddress.getByAddress(octets.toArray()).getHostAddress();
    } catch (UnknownHostException e) {
      return octets.toString();
    }
  }
}
