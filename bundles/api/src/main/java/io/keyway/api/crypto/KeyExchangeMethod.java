package io.keyway.api.crypto;

import java.util.Arrays;
import java.util.Optional;

/** Key exchange methods (IKEv2 transform type 4, once called Diffie-Hellman groups). */
public enum KeyExchangeMethod {
  /** RFC 3526. */
  MODP_2048(14, 256, 256, "modp2048"),
  MODP_3072(15, 384, 384, "modp3072"),
  MODP_4096(16, 512, 512, "modp4096"),
  MODP_6144(17, 768, 768, "modp6144"),
  MODP_8192(18, 1024, 1024, "modp8192"),
  /** RFC 5903. */
  ECP_256(19, 64, 64, "ecp256"),
  ECP_384(20, 96, 96, "ecp384"),
  ECP_521(21, 132, 132, "ecp521"),
  /** RFC 8031. */
  X25519(31, 32, 32, "x25519"),
  X448(32, 56, 56, "x448"),
  /** FIPS 203 by draft-ietf-ipsecme-ikev2-mlkem: a key one way, a ciphertext the other. */
  ML_KEM_512(35, 800, 768, "mlkem512"),
  ML_KEM_768(36, 1184, 1088, "mlkem768"),
  ML_KEM_1024(37, 1568, 1568, "mlkem1024");

  private final int ianaId;
  private final int initiatorOctets;
  private final int responderOctets;
  private final String keyword;

  KeyExchangeMethod(int ianaId, int initiatorOctets, int responderOctets, String keyword) {
    this.ianaId = ianaId;
    this.initiatorOctets = initiatorOctets;
    this.responderOctets = responderOctets;
    this.keyword = keyword;
  }

  /** Transform id of the IANA registry. */
  public int ianaId() {
    return ianaId;
  }

  /** Length of what the initiator sends in its KE payload, in octets; else it is refused. */
  public int initiatorOctets() {
    return initiatorOctets;
  }

  /** Length of what the responder sends in its KE payload, in octets; else it is refused. */
  public int responderOctets() {
    return responderOctets;
  }

  /** Whether it withstands quantum computers, as far as is known. */
  public boolean postQuantum() {
    return ianaId >= ML_KEM_512.ianaId;
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
