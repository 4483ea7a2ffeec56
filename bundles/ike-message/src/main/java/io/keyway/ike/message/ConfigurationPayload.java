package io.keyway.ike.message;

import java.util.List;

/** CP (RFC 7296 section 3.15), attributes uninterpreted. */
public record ConfigurationPayload(int configType, List<Attribute> attributes) implements Payload {
  public static final int CFG_REQUEST = 1;
  public static final int CFG_REPLY = 2;
  public static final int CFG_SET = 3;
  public static final int CFG_ACK = 4;

  /** One configuration attribute; its type has 15 bits. */
  public record Attribute(int type, Octets value) {}

  public ConfigurationPayload {
    attributes = List.copyOf(attributes);
  }

  @Override
  public int payloadType() {
    return PayloadType.CP;
  }
}
