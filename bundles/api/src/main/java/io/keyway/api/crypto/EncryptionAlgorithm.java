package io.keyway.api.crypto;

import java.util.Arrays;
import java.util.Optional;

/**
 * Encryption algorithms (IKEv2 transform type 1) together with a key length, for IKE and ESP alike.
 */
public enum EncryptionAlgorithm {
  /** RFC 3602. */
  AES_CBC_128(12, 128, 0, false, "aes128", "aes128-cbc"),
  AES_CBC_192(12, 192, 0, false, "aes192", "aes192-cbc"),
  AES_CBC_256(12, 256, 0, false, "aes256", "aes256-cbc"),
  /** RFC 4106 in ESP, RFC 5282 in IKE: a 4-octet salt follows the key, the tag has 16 octets. */
  AES_GCM_16_128(20, 128, 4, true, "aes128gcm16", "aes128-gcm"),
  AES_GCM_16_192(20, 192, 4, true, "aes192gcm16", "aes192-gcm"),
  AES_GCM_16_256(20, 256, 4, true, "aes256gcm16", "aes256-gcm");

  private final int ianaId;
  private final int keyBits;
  private final int saltOctets;
  private final boolean aead;
  private final String keyword;
  private final String modelName;

  EncryptionAlgorithm(
      int ianaId, int keyBits, int saltOctets, boolean aead, String keyword, String modelName) {
    this.ianaId = ianaId;
    this.keyBits = keyBits;
    this.saltOctets = saltOctets;
    this.aead = aead;
    this.keyword = keyword;
    this.modelName = modelName;
  }

  /** Transform id of the IANA registry, such as 20 for AES-GCM with a 16-octet tag. */
  public int ianaId() {
    return ianaId;
  }

  /** Key length in bits, without the salt: the Key Length attribute on the wire. */
  public int keyBits() {
    return keyBits;
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
    return aead;
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
        .filter(a -> a.ianaId == ianaId && a.keyBits == keyBits)
        .findFirst();
  }

  /** Finds by the name of the northbound model. */
  public static Optional<EncryptionAlgorithm> ofModelName(String name) {
    return Arrays.stream(values()).filter(a -> a.modelName.equals(name)).findFirst();
  }
}
