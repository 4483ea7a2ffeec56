package io.keyway.api.crypto;

import java.util.Arrays;
import java.util.Optional;

/**
 * Encryption algorithms (IKEv2 transform type 1) together with a key length. Most serve IKE and ESP
 * alike; two protect integrity alone, which RFC 7296 section 3.14 leaves no room for in IKE.
 */
public enum EncryptionAlgorithm {
  /** RFC 3602. */
  AES_CBC_128(12, Kind.CIPHER, 128, 0, 0, "aes128", "aes128-cbc"),
  AES_CBC_192(12, Kind.CIPHER, 192, 0, 0, "aes192", "aes192-cbc"),
  AES_CBC_256(12, Kind.CIPHER, 256, 0, 0, "aes256", "aes256-cbc"),
  /** RFC 4106 in ESP, RFC 5282 in IKE: a 4-octet salt follows the key, the tag has 16 octets. */
  AES_GCM_16_128(20, Kind.AEAD, 128, 4, 16, "aes128gcm16", "aes128-gcm"),
  AES_GCM_16_192(20, Kind.AEAD, 192, 4, 16, "aes192gcm16", "aes192-gcm"),
  AES_GCM_16_256(20, Kind.AEAD, 256, 4, 16, "aes256gcm16", "aes256-gcm"),
  /** RFC 4309 in ESP, RFC 5282 in IKE: a 3-octet salt, tags of 8, 12 or 16 octets. */
  AES_CCM_8_128(14, Kind.AEAD, 128, 3, 8, "aes128ccm8", "aes128-ccm8"),
  AES_CCM_8_192(14, Kind.AEAD, 192, 3, 8, "aes192ccm8", "aes192-ccm8"),
  AES_CCM_8_256(14, Kind.AEAD, 256, 3, 8, "aes256ccm8", "aes256-ccm8"),
  AES_CCM_12_128(15, Kind.AEAD, 128, 3, 12, "aes128ccm12", "aes128-ccm12"),
  AES_CCM_12_192(15, Kind.AEAD, 192, 3, 12, "aes192ccm12", "aes192-ccm12"),
  AES_CCM_12_256(15, Kind.AEAD, 256, 3, 12, "aes256ccm12", "aes256-ccm12"),
  AES_CCM_16_128(16, Kind.AEAD, 128, 3, 16, "aes128ccm16", "aes128-ccm16"),
  AES_CCM_16_192(16, Kind.AEAD, 192, 3, 16, "aes192ccm16", "aes192-ccm16"),
  AES_CCM_16_256(16, Kind.AEAD, 256, 3, 16, "aes256ccm16", "aes256-ccm16"),
  /** RFC 7634: the only key length is 256 bits, and it is not said on the wire. */
  CHACHA20_POLY1305(28, Kind.AEAD, 256, 4, 16, "chacha20poly1305", "chacha20-poly1305"),
  /** RFC 2410, ESP only: no encryption, so an integrity algorithm does the work. */
  NULL(11, Kind.NULL, 0, 0, 0, "null", "null"),
  /** RFC 4543, ESP only: no encryption, integrity by AES-GMAC with a tag of 16 octets. */
  AES_GMAC_128(21, Kind.GMAC, 128, 4, 16, "aes128gmac", "aes128-gmac"),
  AES_GMAC_192(21, Kind.GMAC, 192, 4, 16, "aes192gmac", "aes192-gmac"),
  AES_GMAC_256(21, Kind.GMAC, 256, 4, 16, "aes256gmac", "aes256-gmac");

  private enum Kind {
    CIPHER,
    AEAD,
    NULL,
    GMAC
  }

  private final int ianaId;
  private final Kind kind;
  private final int keyBits;
  private final int saltOctets;
  private final int tagOctets;
  private final String keyword;
  private final String modelName;

  EncryptionAlgorithm(
      int ianaId,
      Kind kind,
      int keyBits,
      int saltOctets,
      int tagOctets,
      String keyword,
      String modelName) {
    this.ianaId = ianaId;
    this.kind = kind;
    this.keyBits = keyBits;
    this.saltOctets = saltOctets;
    this.tagOctets = tagOctets;
    this.keyword = keyword;
    this.modelName = modelName;
  }

  /** Transform id of the IANA registry, such as 20 for AES-GCM with a 16-octet tag. */
  public int ianaId() {
    return ianaId;
  }

  /** Key length in bits, without the salt. */
  public int keyBits() {
    return keyBits;
  }

  /** The Key Length attribute on the wire in bits; 0 where the transform has none. */
  public int keyLengthAttribute() {
    return this == CHACHA20_POLY1305 ? 0 : keyBits;
  }

  /** Salt in octets that KEYMAT yields after the key; 0 where there is none. */
  public int saltOctets() {
    return saltOctets;
  }

  /** Octets that the key derivation must yield: key and salt. */
  public int keyMaterialOctets() {
    return keyBits / 8 + saltOctets;
  }

  /** True when the algorithm protects integrity itself and goes with no integrity transform. */
  public boolean aead() {
    return kind == Kind.AEAD || kind == Kind.GMAC;
  }

  /** Octets of the tag of an algorithm that protects integrity itself; 0 for others. */
  public int tagOctets() {
    return tagOctets;
  }

  /** Whether IKE messages may be protected with it. */
  public boolean forIke() {
    return kind == Kind.CIPHER || kind == Kind.AEAD;
  }

  /** Whether it hides what it protects. */
  public boolean encrypts() {
    return forIke();
  }

  /** Keyword of a strongSwan proposal, such as {@code aes256gcm16}. */
  public String keyword() {
    return keyword;
  }

  /** Name in the northbound model and the CNR YAML, such as {@code aes256-gcm}. */
  public String modelName() {
    return modelName;
  }

  /** Finds by transform id and key length in bits as they stand on the wire. */
  public static Optional<EncryptionAlgorithm> ofWire(int ianaId, int keyBits) {
    return Arrays.stream(values())
        .filter(a -> a.ianaId == ianaId && a.keyLengthAttribute() == keyBits)
        .findFirst();
  }

  /** Finds by the name of the northbound model. */
  public static Optional<EncryptionAlgorithm> ofModelName(String name) {
    return Arrays.stream(values()).filter(a -> a.modelName.equals(name)).findFirst();
  }
}
