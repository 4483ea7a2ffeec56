package io.keyway.ike.crypto;

import static io.keyway.ike.crypto.TestCrypto.hex;
import static org.assertj.core.api.Assertions.assertThat;

import io.keyway.api.crypto.EncryptionAlgorithm;
import io.keyway.api.crypto.IntegrityAlgorithm;
import io.keyway.api.crypto.PrfAlgorithm;
import io.keyway.api.key.SecretBytes;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/**
 * The key schedule of RFC 9370. The answers were worked out with Python's hmac, written from the
 * formulas of section 2.2.2 (SKEYSEED(n) = prf(SK_d(n-1), SK(n) | Ni | Nr)) and section 2.2.4
 * (SKEYSEED = prf(SK_d, SK(0) | Ni | Nr | SK(1) | ... SK(n)), and KEYMAT alike), with
 * PRF_HMAC_SHA2_256. Secrets and nonces are octets of one value each: SK_d 01, SK(0) 02, SK(1) 03,
 * SK(2) 04 (56 octets), Ni 05, Nr 06.
 */
class AdditionalSecretsTest {
  private static final long SPI_I = 0x0102030405060708L;
  private static final long SPI_R = 0x1112131415161718L;

  private final Prf prf = TestCrypto.full().prf(PrfAlgorithm.PRF_HMAC_SHA2_256);
  private final SecretBytes skD = SecretBytes.wrap(octets(32, 1));
  private final SecretBytes first = SecretBytes.wrap(octets(32, 2));
  private final List<SecretBytes> more =
      List.of(SecretBytes.wrap(octets(32, 3)), SecretBytes.wrap(octets(56, 4)));
  private final byte[] ni = octets(32, 5);
  private final byte[] nr = octets(32, 6);

  private static byte[] octets(int length, int value) {
    byte[] all = new byte[length];
    Arrays.fill(all, (byte) value);
    return all;
  }

  @Test
  void anIkeRekeyTakesThemAfterTheNonces() {
    IkeSaKeys keys =
        KeySchedule.rekeyedIkeSa(
            prf,
            skD,
            prf,
            EncryptionAlgorithm.AES_GCM_16_256,
            IntegrityAlgorithm.NONE,
            first,
            more,
            ni,
            nr,
            SPI_I,
            SPI_R);
    assertThat(hex(keys.skD()))
        .isEqualTo("aacc1a6a5cc731604ff99cdf51ed7fc9f34da4db2ddce016c2c03dbac072f705");
  }

  @Test
  void anIntermediateExchangeDerivesAnewFromTheLastSkD() {
    IkeSaKeys keys =
        KeySchedule.afterIntermediate(
            prf,
            skD,
            EncryptionAlgorithm.AES_GCM_16_256,
            IntegrityAlgorithm.NONE,
            more.get(0),
            ni,
            nr,
            SPI_I,
            SPI_R);
    assertThat(hex(keys.skD()))
        .isEqualTo("51a622a5e682e0b078929f73e8be5cef0154435c95a7f540ee48b69fb356dcde");
  }

  @Test
  void aChildTakesThemAfterTheNonces() {
    ChildSaKeys keys =
        KeySchedule.childSa(
            prf,
            skD,
            Optional.of(first),
            more,
            ni,
            nr,
            EncryptionAlgorithm.AES_GCM_16_256,
            IntegrityAlgorithm.NONE);
    assertThat(hex(keys.initiatorEncryption()) + hex(keys.responderEncryption()))
        .isEqualTo(
            "5e418a7115b2ff8e70436b5b9feaf2117bc46e0bb93353bb466b526498185dff"
                + "ae1b9dfb9fe4a465aeb84992d0e81f736140bda8c84cb6625774704277025594"
                + "4cbd072f4a9f05c8");
  }
}
