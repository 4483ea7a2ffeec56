package io.keyway.ike.crypto;

import io.keyway.api.crypto.EncryptionAlgorithm;
import java.security.spec.AlgorithmParameterSpec;
import java.util.List;
import javax.crypto.Cipher;
import javax.crypto.spec.GCMParameterSpec;
import javax.crypto.spec.IvParameterSpec;

/** The families of AEADs: how the JCA calls each, and how it is told the nonce. */
enum AeadKind {
  GCM("AES/GCM/NoPadding", "AES", ProviderTable.SYMMETRIC),
  /** Only Bouncy Castle has it: correct, and slower than the others by a factor of ten and more. */
  CCM("AES/CCM/NoPadding", "AES", ProviderTable.PORTABLE),
  CHACHA20_POLY1305("ChaCha20-Poly1305", "ChaCha20", ProviderTable.CHACHA);

  private final String transformation;
  private final String keyName;
  private final List<ProviderFamily> order;

  AeadKind(String transformation, String keyName, List<ProviderFamily> order) {
    this.transformation = transformation;
    this.keyName = keyName;
    this.order = order;
  }

  static AeadKind of(EncryptionAlgorithm algorithm) {
    return switch (algorithm) {
      case AES_GCM_16_128, AES_GCM_16_192, AES_GCM_16_256 -> GCM;
      case CHACHA20_POLY1305 -> CHACHA20_POLY1305;
      case AES_CCM_8_128,
              AES_CCM_8_192,
              AES_CCM_8_256,
              AES_CCM_12_128,
              AES_CCM_12_192,
              AES_CCM_12_256,
              AES_CCM_16_128,
              AES_CCM_16_192,
              AES_CCM_16_256 ->
          CCM;
      default -> throw new IllegalArgumentException(algorithm + " protects no IKE messages");
    };
  }

  String transformation() {
    return transformation;
  }

  String keyName() {
    return keyName;
  }

  List<ProviderFamily> order() {
    return order;
  }

  /**
   * A cipher for one message. The JDK's ChaCha20 refuses a nonce that it just had, even to decrypt,
   * and a message may come twice.
   */
  Cipher cipher(CipherPool pool) {
    return this == CHACHA20_POLY1305 ? pool.fresh() : pool.get();
  }

  AlgorithmParameterSpec spec(int tagBits, byte[] nonce) {
    return this == CHACHA20_POLY1305
        ? new IvParameterSpec(nonce)
        : new GCMParameterSpec(tagBits, nonce);
  }
}
