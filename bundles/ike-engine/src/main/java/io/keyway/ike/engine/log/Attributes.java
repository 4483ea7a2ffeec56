package io.keyway.ike.engine.log;

import io.keyway.ike.message.ConfigurationPayload;
import io.keyway.ike.message.ConfigurationPayload.Attribute;
import io.keyway.ike.message.Octets;
import java.util.Map;

/** Attributes of CP (RFC 7296 section 3.15.1) in words. */
final class Attributes {
  private static final Map<Integer, String> ADDRESSES =
      Map.of(
          1, "INTERNAL_IP4_ADDRESS",
          2, "INTERNAL_IP4_NETMASK",
          3, "INTERNAL_IP4_DNS",
          4, "INTERNAL_IP4_NBNS",
          6, "INTERNAL_IP4_DHCP",
          8, "INTERNAL_IP6_ADDRESS",
          10, "INTERNAL_IP6_DNS",
          12, "INTERNAL_IP6_DHCP",
          13, "INTERNAL_IP4_SUBNET",
          15, "INTERNAL_IP6_SUBNET");

  private Attributes() {}

  static String type(int configType) {
    return switch (configType) {
      case ConfigurationPayload.CFG_REQUEST -> "CFG_REQUEST";
      case ConfigurationPayload.CFG_REPLY -> "CFG_REPLY";
      case ConfigurationPayload.CFG_SET -> "CFG_SET";
      case ConfigurationPayload.CFG_ACK -> "CFG_ACK";
      default -> "configuration type " + configType;
    };
  }

  /** Addresses are shown; an attribute that is not known here may be a password. */
  static String text(Attribute attribute) {
    String name = ADDRESSES.get(attribute.type());
    if (name == null) {
      return "attribute " + attribute.type() + ", " + MessagePrinter.hidden(attribute.value());
    }
    return name + " " + address(attribute.value());
  }

  private static String address(Octets value) {
    return switch (value.length()) {
      case 0 -> "(asked for)";
      case 4, 16 -> Addresses.text(value);
      case 8 ->
          Addresses.text(Octets.copyOf(value.toArray(), 0, 4))
              + "/"
              + Addresses.text(Octets.copyOf(value.toArray(), 4, 4));
      case 17 -> Addresses.text(Octets.copyOf(value.toArray(), 0, 16)) + "/" + value.at(16);
      default -> MessagePrinter.hidden(value);
    };
  }
}
