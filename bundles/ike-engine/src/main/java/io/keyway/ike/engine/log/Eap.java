package io.keyway.ike.engine.log;

import io.keyway.ike.message.Octets;

/** The head of an EAP packet (RFC 3748 section 4); what the method says is never shown. */
final class Eap {
  private Eap() {}

  static String text(Octets packet) {
    if (packet.length() < 4) {
      return MessagePrinter.hidden(packet);
    }
    String code =
        switch (packet.at(0)) {
          case 1 -> "Request";
          case 2 -> "Response";
          case 3 -> "Success";
          case 4 -> "Failure";
          default -> "code " + packet.at(0);
        };
    String method = packet.length() > 4 ? " type " + packet.at(4) : "";
    return code + " id " + packet.at(1) + method + ", " + MessagePrinter.hidden(packet);
  }
}
