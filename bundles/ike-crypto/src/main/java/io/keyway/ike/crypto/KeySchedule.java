package io.keyway.ike.crypto;

import io.keyway.api.crypto.EncryptionAlgorithm;
import io.keyway.api.crypto.IntegrityAlgorithm;
import io.keyway.api.key.SecretBytes;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;

/**
 * From a shared secret to the keys of an IKE SA and its children (RFC 7296 sections 2.14, 2.17,
 * 2.18). Stateless. Arguments are only looked at; results belong to the caller.
 */
public final class KeySchedule {
  /** Without a terminating zero (RFC 5723 section 5.1). */
  private static final byte[] RESUMPTION = "Resumption".getBytes(StandardCharsets.US_ASCII);

  private KeySchedule() {}

  /**
   * Keys of an IKE SA made by IKE_SA_INIT.
   *
   * @param prf the negotiated function
   * @param sharedSecret g^ir, padded to the length of the modulus
   * @param ni the initiator's nonce, without payload header
   * @param nr the responder's nonce
   * @param spiI the initiator's IKE SPI
   * @param spiR the responder's IKE SPI
   */
  public static IkeSaKeys ikeSa(
      Prf prf,
      EncryptionAlgorithm encryption,
      IntegrityAlgorithm integrity,
      SecretBytes sharedSecret,
      byte[] ni,
      byte[] nr,
      long spiI,
      long spiR) {
    // All functions here take keys of any length, so the nonces go in whole (RFC 7296 2.14).
    try (SecretBytes skeyseed =
        sharedSecret.read(secret -> prf.deriveFromPublicKey(concat(ni, nr), secret))) {
      return fromSkeyseed(prf, encryption, integrity, skeyseed, ni, nr, spiI, spiR);
    }
  }

  /**
   * Keys of an IKE SA that resumes another by IKE_SESSION_RESUME (RFC 5723 section 5.1): no key
   * exchange, only nonces are new.
   *
   * @param prf the function of the IKE SA before, which is used again
   * @param oldSkD SK_d of the IKE SA before
   * @param ni the initiator's nonce of IKE_SESSION_RESUME
   * @param nr the responder's nonce
   * @param spiI the initiator's new IKE SPI
   * @param spiR the responder's new IKE SPI
   */
  public static IkeSaKeys resumedIkeSa(
      Prf prf,
      SecretBytes oldSkD,
      EncryptionAlgorithm encryption,
      IntegrityAlgorithm integrity,
      byte[] ni,
      byte[] nr,
      long spiI,
      long spiR) {
    try (SecretBytes skeyseed = prf.derive(oldSkD, RESUMPTION, ni, nr)) {
      return fromSkeyseed(prf, encryption, integrity, skeyseed, ni, nr, spiI, spiR);
    }
  }

  /**
   * Keys of an IKE SA that replaces another by CREATE_CHILD_SA.
   *
   * @param oldPrf the function of the IKE SA that is replaced: it makes SKEYSEED (section 2.18)
   * @param oldSkD SK_d of the IKE SA that is replaced
   * @param newPrf the function that the new IKE SA negotiated: it makes everything else
   * @param sharedSecret of the key exchange in CREATE_CHILD_SA
   * @param more of additional key exchanges, in their order (RFC 9370 section 2.2.4)
   * @param ni nonce of who started the exchange
   * @param nr nonce of who answered
   * @param spiI new IKE SPI of who started the exchange
   * @param spiR new IKE SPI of who answered
   */
  public static IkeSaKeys rekeyedIkeSa(
      Prf oldPrf,
      SecretBytes oldSkD,
      Prf newPrf,
      EncryptionAlgorithm encryption,
      IntegrityAlgorithm integrity,
      SecretBytes sharedSecret,
      List<SecretBytes> more,
      byte[] ni,
      byte[] nr,
      long spiI,
      long spiR) {
    try (SecretBytes rest = joined(more);
        SecretBytes skeyseed =
            sharedSecret.read(
                secret -> rest.read(further -> oldPrf.derive(oldSkD, secret, ni, nr, further)))) {
      return fromSkeyseed(newPrf, encryption, integrity, skeyseed, ni, nr, spiI, spiR);
    }
  }

  /** The same with one key exchange. */
  public static IkeSaKeys rekeyedIkeSa(
      Prf oldPrf,
      SecretBytes oldSkD,
      Prf newPrf,
      EncryptionAlgorithm encryption,
      IntegrityAlgorithm integrity,
      SecretBytes sharedSecret,
      byte[] ni,
      byte[] nr,
      long spiI,
      long spiR) {
    return rekeyedIkeSa(
        oldPrf, oldSkD, newPrf, encryption, integrity, sharedSecret, List.of(), ni, nr, spiI, spiR);
  }

  /**
   * Keys of an IKE SA after one more key exchange in IKE_INTERMEDIATE (RFC 9370 section 2.2.2): the
   * formula is that of a rekey, nonces and SPIs stay.
   *
   * @param skD SK_d before it
   */
  public static IkeSaKeys afterIntermediate(
      Prf prf,
      SecretBytes skD,
      EncryptionAlgorithm encryption,
      IntegrityAlgorithm integrity,
      SecretBytes sharedSecret,
      byte[] ni,
      byte[] nr,
      long spiI,
      long spiR) {
    return rekeyedIkeSa(
        prf, skD, prf, encryption, integrity, sharedSecret, List.of(), ni, nr, spiI, spiR);
  }

  /**
   * Mixes a post-quantum pre-shared key into the keys of an IKE SA that IKE_SA_INIT and
   * IKE_INTERMEDIATE made (RFC 8784 section 3): each of SK_d, SK_pi and SK_pr goes through prf+
   * under the PPK. The keys that protect messages stay as they are, so the result has none.
   *
   * @param prf the function of the IKE SA
   * @param keys before it; only looked at, the caller keeps them
   * @param ppk not empty; only looked at
   */
  public static IkeSaKeys withPpk(Prf prf, IkeSaKeys keys, SecretBytes ppk) {
    if (ppk.length() == 0) {
      throw new IllegalArgumentException(
          "the post-quantum pre-shared key is empty; store one of at least 32 random octets");
    }
    return new IkeSaKeys(
        mixed(prf, ppk, keys.skD()),
        SecretBytes.empty(),
        SecretBytes.empty(),
        SecretBytes.empty(),
        SecretBytes.empty(),
        mixed(prf, ppk, keys.skPi()),
        mixed(prf, ppk, keys.skPr()));
  }

  private static SecretBytes mixed(Prf prf, SecretBytes ppk, SecretBytes key) {
    return key.read(octets -> prf.expand(ppk, prf.algorithm().octets(), octets));
  }

  private static SecretBytes joined(List<SecretBytes> secrets) {
    byte[] all = new byte[secrets.stream().mapToInt(SecretBytes::length).sum()];
    int at = 0;
    for (SecretBytes secret : secrets) {
      int offset = at;
      secret.use(octets -> System.arraycopy(octets, 0, all, offset, octets.length));
      at += secret.length();
    }
    return SecretBytes.wrap(all);
  }

  /**
   * Keys of a CHILD_SA pair.
   *
   * @param prf the function of the IKE SA
   * @param skD of the IKE SA
   * @param sharedSecret of a key exchange in CREATE_CHILD_SA; empty without PFS
   * @param more of additional key exchanges, in their order (RFC 9370 section 2.2.4)
   * @param ni nonce of who started the exchange (of IKE_SA_INIT for the first child)
   * @param nr nonce of who answered
   */
  public static ChildSaKeys childSa(
      Prf prf,
      SecretBytes skD,
      Optional<SecretBytes> sharedSecret,
      List<SecretBytes> more,
      byte[] ni,
      byte[] nr,
      EncryptionAlgorithm encryption,
      IntegrityAlgorithm integrity) {
    int encryptionOctets = encryption.keyMaterialOctets();
    int integrityOctets = integrity.keyOctets();
    int octets = 2 * (encryptionOctets + integrityOctets);
    try (SecretBytes rest = joined(more);
        SecretBytes keymat =
            sharedSecret.isPresent()
                ? sharedSecret
                    .get()
                    .read(
                        secret ->
                            rest.read(further -> prf.expand(skD, octets, secret, ni, nr, further)))
                : prf.expand(skD, octets, ni, nr)) {
      Cutter cut = new Cutter(keymat);
      return new ChildSaKeys(
          cut.next(encryptionOctets),
          cut.next(integrityOctets),
          cut.next(encryptionOctets),
          cut.next(integrityOctets));
    }
  }

  /** The same with one key exchange at most. */
  public static ChildSaKeys childSa(
      Prf prf,
      SecretBytes skD,
      Optional<SecretBytes> sharedSecret,
      byte[] ni,
      byte[] nr,
      EncryptionAlgorithm encryption,
      IntegrityAlgorithm integrity) {
    return childSa(prf, skD, sharedSecret, List.of(), ni, nr, encryption, integrity);
  }

  private static IkeSaKeys fromSkeyseed(
      Prf prf,
      EncryptionAlgorithm encryption,
      IntegrityAlgorithm integrity,
      SecretBytes skeyseed,
      byte[] ni,
      byte[] nr,
      long spiI,
      long spiR) {
    int prfOctets = prf.algorithm().octets();
    int integrityOctets = integrity.keyOctets();
    int encryptionOctets = encryption.keyMaterialOctets();
    int octets = 3 * prfOctets + 2 * integrityOctets + 2 * encryptionOctets;
    byte[] spis = ByteBuffer.allocate(16).putLong(spiI).putLong(spiR).array();
    try (SecretBytes keys = prf.expand(skeyseed, octets, ni, nr, spis)) {
      Cutter cut = new Cutter(keys);
      return new IkeSaKeys(
          cut.next(prfOctets),
          cut.next(integrityOctets),
          cut.next(integrityOctets),
          cut.next(encryptionOctets),
          cut.next(encryptionOctets),
          cut.next(prfOctets),
          cut.next(prfOctets));
    }
  }

  private static byte[] concat(byte[] a, byte[] b) {
    return ByteBuffer.allocate(a.length + b.length).put(a).put(b).array();
  }

  /** Hands out consecutive pieces. */
  private static final class Cutter {
    private final SecretBytes source;
    private int offset;

    Cutter(SecretBytes source) {
      this.source = source;
    }

    SecretBytes next(int octets) {
      SecretBytes piece = source.slice(offset, octets);
      offset += octets;
      return piece;
    }
  }
}
