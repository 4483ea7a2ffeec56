package io.keyway.api.crypto;

import java.util.Arrays;
import java.util.Optional;

/** Pseudo-random functions (IKEv2 transform type 2), RFC 4868. */
public enum PrfAlgorithm {
  PRF_HMAC_SHA2_256(5, 32, "prfsha256", "sha256"),
  PRF_HMAC_SHA2_384(6, 48, "prfsha384", "sha384"),
  PRF_HMAC_SHA2_512(7, 64, "prfsha512", "sha512");

  private final int ianaId;
  private final int octets;
  private final String keyword;
  private final String modelName;

  PrfAlgorithm(int ianaId, int octets, String keyword, String modelName) {
    this.ianaId = ianaId;
    this.octets = octets;
    this.keyword = keyword;
    this.modelName = modelName;
  }

  /** Transform id of the IANA registry. */
  public int ianaId() {
    return ianaId;
  }

  /** Output length, and preferred key length (RFC 7296 section 2.13), in octets. */
  public int octets() {
    return octets;
  }

  /** Keyword of a strongSwan proposal. */
  public String keyword() {
    return keyword;
  }

  /** Name in the northbound model. */
  public String modelName() {
    return modelName;
  }

  /** Finds by transform id. */
  public static Optional<PrfAlgorithm> ofWire(int ianaId) {
    return Arrays.stream(values()).filter(a -> a.ianaId == ianaId).findFirst();
  }

  /** Finds by the name of the northbound model. */
  public static Optional<PrfAlgorithm> ofModelName(String name) {
    return Arrays.stream(values()).filter(a -> a.modelName.equals(name)).findFirst();
  }
}
