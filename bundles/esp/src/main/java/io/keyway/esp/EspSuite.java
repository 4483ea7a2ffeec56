package io.keyway.esp;

import io.keyway.api.crypto.EncryptionAlgorithm;
import io.keyway.api.crypto.IntegrityAlgorithm;
import java.util.Objects;

/**
 * The algorithms of one SA and the octets that they put on the wire.
 *
 * <p>Everything that is negotiated, save AES-CCM: no Java platform brings it, and nobody tests a
 * data plane with it.
 */
public final class EspSuite {

  /** How packets are protected. */
  enum Construction {
    GCM,
    GMAC,
    CHACHA20_POLY1305,
    CBC_HMAC,
    NULL_HMAC
  }

  private final Construction construction;
  private final int keyOctets;
  private final IntegrityAlgorithm integrity;
  private final String name;

  private EspSuite(
      Construction construction, int keyOctets, IntegrityAlgorithm integrity, String name) {
    this.construction = construction;
    this.keyOctets = keyOctets;
    this.integrity = integrity;
    this.name = name;
  }

  /**
   * The suite of a negotiated proposal.
   *
   * @throws IllegalArgumentException when an AEAD comes with an integrity algorithm, or AES-CBC
   *     without one: encryption alone is never offered (RFC 8221 section 4)
   */
  public static EspSuite of(EncryptionAlgorithm encryption, IntegrityAlgorithm integrity) {
    Objects.requireNonNull(encryption, "encryption");
    Objects.requireNonNull(integrity, "integrity");
    if (encryption.aead() != (integrity == IntegrityAlgorithm.NONE)) {
      throw new IllegalArgumentException(
          encryption
              + (encryption.aead() ? " brings its own integrity, not " : " needs integrity, not ")
              + integrity);
    }
    return new EspSuite(
        construction(encryption),
        encryption.keyBits() / 8,
        integrity,
        encryption.aead() ? encryption.name() : encryption.name() + "+" + integrity.name());
  }

  private static Construction construction(EncryptionAlgorithm encryption) {
    return switch (encryption) {
      case AES_GCM_16_128, AES_GCM_16_192, AES_GCM_16_256 -> Construction.GCM;
      case AES_GMAC_128, AES_GMAC_192, AES_GMAC_256 -> Construction.GMAC;
      case CHACHA20_POLY1305 -> Construction.CHACHA20_POLY1305;
      case AES_CBC_128, AES_CBC_192, AES_CBC_256 -> Construction.CBC_HMAC;
      case NULL -> Construction.NULL_HMAC;
      default ->
          throw new IllegalArgumentException(
              encryption.modelName() + " is not computed here; use aes256-gcm");
    };
  }

  /** Authentication without encryption by AES-GMAC with a key of 128, 192 or 256 bits. */
  public static EspSuite nullAuthGmac(int keyBits) {
    if (keyBits != 128 && keyBits != 192 && keyBits != 256) {
      throw new IllegalArgumentException("AES has keys of 128, 192 or 256 bits, not " + keyBits);
    }
    return new EspSuite(
        Construction.GMAC, keyBits / 8, IntegrityAlgorithm.NONE, "NULL_AUTH_AES_GMAC_" + keyBits);
  }

  /** Octets of encryption keying material: the AES key and, for GCM and GMAC, the salt. */
  public int encryptionOctets() {
    return keyOctets + saltOctets();
  }

  /** Octets of integrity key; 0 when the cipher brings its own integrity. */
  public int integrityOctets() {
    return integrity.keyOctets();
  }

  /** Octets of the ICV at the end of a packet. */
  public int icvOctets() {
    return withHmac() ? integrity.icvOctets() : 16;
  }

  /** Octets of the explicit IV after the sequence number. */
  public int ivOctets() {
    return switch (construction) {
      case CBC_HMAC -> 16;
      case NULL_HMAC -> 0;
      default -> 8;
    };
  }

  Construction construction() {
    return construction;
  }

  int keyOctets() {
    return keyOctets;
  }

  int saltOctets() {
    return withHmac() ? 0 : 4;
  }

  /** What the length of payload, padding, pad length and next header must be a multiple of. */
  int alignment() {
    return construction == Construction.CBC_HMAC ? 16 : 4;
  }

  private boolean withHmac() {
    return construction == Construction.CBC_HMAC || construction == Construction.NULL_HMAC;
  }

  IntegrityAlgorithm integrity() {
    return integrity;
  }

  @Override
  public String toString() {
    return name;
  }
}
