package io.keyway.api.crypto;

import java.util.Arrays;
import java.util.Optional;

/** Key exchange methods (IKEv2 transform type 4, once called Diffie-Hellman groups). */
public enum KeyExchangeMethod {
  MODP_2048(14, 256, "modp2048"),
  MODP_3072(15, 384, "modp3072"),
  ECP_256(19, 64, "ecp256"),
  ECP_384(20, 96, "ecp384"),
  ECP_521(21, 132, "ecp521"),
  X25519(31, 32, "x25519");

  private final int ianaId;
  private final int publicOctets;
  private final String keyword;

  KeyExchangeMethod(int ianaId, int publicOctets, String keyword) {
    this.ianaId = ianaId;
    this.publicOctets = publicOctets;
    this.keyword = keyword;
  }

  /** Transform id of the IANA registry. */
  public int ianaId() {
    return ianaId;
  }

  /** Length of the public value in a KE payload, in octets; anything else is refused. */
  public int publicOctets() {
    return publicOctets;
  }

  /** Keyword of strongSwan and name in the northbound model, such as {@code ecp384}. */
  public String keyword() {
    return keyword;
  }

  /** Finds by transform id. */
  public static Optional<KeyExchangeMethod> ofWire(int ianaId) {
    return Arrays.stream(values()).filter(m -> m.ianaId == ianaId).findFirst();
  }

  /** Finds by the keyword. */
  public static Optional<KeyExchangeMethod> ofKeyword(String keyword) {
    return Arrays.stream(values()).filter(m -> m.keyword.equals(keyword)).findFirst();
  }
}
