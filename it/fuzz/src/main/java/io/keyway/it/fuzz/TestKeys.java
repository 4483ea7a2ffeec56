package io.keyway.it.fuzz;

import io.keyway.api.crypto.EncryptionAlgorithm;
import io.keyway.api.crypto.IntegrityAlgorithm;
import io.keyway.api.key.SecretBytes;
import io.keyway.ike.crypto.IkeCrypto;
import io.keyway.ike.crypto.SkOpenResult;
import io.keyway.ike.crypto.SkProtection;
import io.keyway.ike.message.MessageProtection;
import java.security.SecureRandom;
import java.util.List;
import java.util.Optional;

/** Protections with keys that are no secret, of each kind of cipher. */
final class TestKeys {
  static final IkeCrypto CRYPTO = IkeCrypto.create(new SecureRandom());

  static final List<MessageProtection> PROTECTIONS =
      List.of(
          protection(EncryptionAlgorithm.AES_GCM_16_128, IntegrityAlgorithm.NONE),
          protection(EncryptionAlgorithm.AES_CCM_8_128, IntegrityAlgorithm.NONE),
          protection(EncryptionAlgorithm.CHACHA20_POLY1305, IntegrityAlgorithm.NONE),
          protection(EncryptionAlgorithm.AES_CBC_128, IntegrityAlgorithm.HMAC_SHA2_256_128));

  private TestKeys() {}

  private static MessageProtection protection(
      EncryptionAlgorithm encryption, IntegrityAlgorithm integrity) {
    SkProtection protection =
        CRYPTO.skProtection(
            encryption,
            integrity,
            SecretBytes.wrap(new byte[encryption.keyMaterialOctets()]),
            SecretBytes.wrap(new byte[integrity.keyOctets()]));
    return new MessageProtection() {
      @Override
      public int bodyOctets(int plaintextOctets) {
        return protection.bodyOctets(plaintextOctets);
      }

      @Override
      public byte[] seal(byte[] prefix, byte[] plaintext) {
        return protection.seal(prefix, plaintext);
      }

      @Override
      public Optional<byte[]> open(byte[] message, int bodyOffset) {
        return protection.open(message, bodyOffset) instanceof SkOpenResult.Opened opened
            ? Optional.of(opened.plaintext())
            : Optional.empty();
      }
    };
  }
}
