package io.keyway.api.crypto;

import java.util.Arrays;
import java.util.Optional;

/** Integrity algorithms (IKEv2 transform type 3). */
public enum IntegrityAlgorithm {
  /** Goes with an AEAD only. */
  NONE(0, 0, 0, "", "none"),
  /** RFC 4868: the output is cut to half of the hash. */
  HMAC_SHA2_256_128(12, 32, 16, "sha256", "sha256"),
  HMAC_SHA2_384_192(13, 48, 24, "sha384", "sha384"),
  HMAC_SHA2_512_256(14, 64, 32, "sha512", "sha512");

  private final int ianaId;
  private final int keyOctets;
  private final int icvOctets;
  private final String keyword;
  private final String modelName;

  IntegrityAlgorithm(int ianaId, int keyOctets, int icvOctets, String keyword, String modelName) {
    this.ianaId = ianaId;
    this.keyOctets = keyOctets;
    this.icvOctets = icvOctets;
    this.keyword = keyword;
    this.modelName = modelName;
  }

  /** Transform id of the IANA registry. */
  public int ianaId() {
    return ianaId;
  }

  /** Key length in octets. */
  public int keyOctets() {
    return keyOctets;
  }

  /** Length of the integrity check value on the wire, in octets. */
  public int icvOctets() {
    return icvOctets;
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
  public static Optional<IntegrityAlgorithm> ofWire(int ianaId) {
    return Arrays.stream(values()).filter(a -> a.ianaId == ianaId).findFirst();
  }

  /** Finds by the name of the northbound model. */
  public static Optional<IntegrityAlgorithm> ofModelName(String name) {
    return Arrays.stream(values()).filter(a -> a.modelName.equals(name)).findFirst();
  }
}
