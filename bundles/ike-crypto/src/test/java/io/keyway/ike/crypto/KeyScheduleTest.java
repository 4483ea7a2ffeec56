package io.keyway.ike.crypto;

import static io.keyway.ike.crypto.TestCrypto.hex;
import static io.keyway.ike.crypto.TestCrypto.secret;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.keyway.api.crypto.EncryptionAlgorithm;
import io.keyway.api.crypto.IntegrityAlgorithm;
import io.keyway.api.crypto.PrfAlgorithm;
import io.keyway.api.key.SecretBytes;
import java.io.IOException;
import java.io.InputStream;
import java.util.Locale;
import java.util.Optional;
import java.util.Properties;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class KeyScheduleTest {
  private static final IntegrityAlgorithm NONE = IntegrityAlgorithm.NONE;

  private Properties vector;
  private Prf prf;
  private byte[] ni;
  private byte[] nr;
  private long spiI;
  private long spiR;

  private void load(String name) throws IOException {
    vector = new Properties();
    try (InputStream in = getClass().getResourceAsStream(name)) {
      vector.load(in);
    }
    prf = TestCrypto.full().prf(PrfAlgorithm.valueOf(vector.getProperty("prf")));
    ni = hex(vector.getProperty("ni"));
    nr = hex(vector.getProperty("nr"));
    spiI = Long.parseUnsignedLong(vector.getProperty("spii"), 16);
    spiR = Long.parseUnsignedLong(vector.getProperty("spir"), 16);
  }

  private String value(String key) {
    return vector.getProperty(key).toLowerCase(Locale.ROOT);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "nist-ikev2-kdf-sha256.properties",
        "worked-ikev2-kdf-sha384.properties",
        "nist-ikev2-kdf-sha512.properties"
      })
  void derivesThePublishedKeys(String name) throws IOException {
    load(name);
    int n = 2 * prf.algorithm().octets();
    int e = 2 * EncryptionAlgorithm.AES_GCM_16_128.keyMaterialOctets();
    String dkm = value("dkm");

    try (SecretBytes gir = secret(value("gir"));
        SecretBytes girNew = secret(value("girNew"));
        IkeSaKeys keys =
            KeySchedule.ikeSa(
                prf, EncryptionAlgorithm.AES_GCM_16_128, NONE, gir, ni, nr, spiI, spiR)) {
      assertThat(hex(keys.skD())).isEqualTo(dkm.substring(0, n));
      assertThat(keys.skAi().length()).isZero();
      assertThat(keys.skAr().length()).isZero();
      assertThat(hex(keys.skEi())).isEqualTo(dkm.substring(n, n + e));
      assertThat(hex(keys.skEr())).isEqualTo(dkm.substring(n + e, n + 2 * e));
      assertThat(hex(keys.skPi())).isEqualTo(dkm.substring(n + 2 * e, 2 * n + 2 * e));
      assertThat(hex(keys.skPr())).isEqualTo(dkm.substring(2 * n + 2 * e, 3 * n + 2 * e));

      String child = value("child");
      try (ChildSaKeys c =
          KeySchedule.childSa(
              prf,
              keys.skD(),
              Optional.empty(),
              ni,
              nr,
              EncryptionAlgorithm.AES_GCM_16_256,
              NONE)) {
        assertThat(hex(c.initiatorEncryption())).isEqualTo(child.substring(0, 72));
        assertThat(hex(c.responderEncryption())).isEqualTo(child.substring(72, 144));
        assertThat(c.initiatorIntegrity().length()).isZero();
      }

      String childDh = value("childDh");
      try (ChildSaKeys c =
          KeySchedule.childSa(
              prf,
              keys.skD(),
              Optional.of(girNew),
              ni,
              nr,
              EncryptionAlgorithm.AES_CBC_128,
              IntegrityAlgorithm.HMAC_SHA2_256_128)) {
        // Encryption before integrity, and all of one direction before the other.
        assertThat(hex(c.initiatorEncryption())).isEqualTo(childDh.substring(0, 32));
        assertThat(hex(c.initiatorIntegrity())).isEqualTo(childDh.substring(32, 96));
        assertThat(hex(c.responderEncryption())).isEqualTo(childDh.substring(96, 128));
        assertThat(hex(c.responderIntegrity())).isEqualTo(childDh.substring(128, 192));
      }

      // What CREATE_CHILD_SA makes of SK_d shows in the first key of the next IKE SA.
      try (SecretBytes skeyseed = secret(value("skeyseedRekey"));
          SecretBytes expected =
              prf.expand(
                  skeyseed,
                  prf.algorithm().octets(),
                  ni,
                  nr,
                  hex(value("spii")),
                  hex(value("spir")));
          IkeSaKeys next =
              KeySchedule.rekeyedIkeSa(
                  prf,
                  keys.skD(),
                  prf,
                  EncryptionAlgorithm.AES_GCM_16_256,
                  NONE,
                  girNew,
                  ni,
                  nr,
                  spiI,
                  spiR)) {
        assertThat(hex(next.skD())).isEqualTo(hex(expected));
      }
    }
  }

  @Test
  void putsIntegrityKeysBeforeEncryptionKeys() throws IOException {
    load("nist-ikev2-kdf-sha256.properties");
    try (SecretBytes gir = secret(value("gir"));
        IkeSaKeys keys =
            KeySchedule.ikeSa(
                prf,
                EncryptionAlgorithm.AES_CBC_128,
                IntegrityAlgorithm.HMAC_SHA2_256_128,
                gir,
                ni,
                nr,
                spiI,
                spiR)) {
      String all =
          hex(keys.skD())
              + hex(keys.skAi())
              + hex(keys.skAr())
              + hex(keys.skEi())
              + hex(keys.skEr())
              + hex(keys.skPi())
              + hex(keys.skPr());
      assertThat(all).hasSize(2 * (5 * 32 + 2 * 16));
      assertThat(all).isEqualTo(value("dkm").substring(0, all.length()));
      assertThat(keys.skAr().length()).isEqualTo(32);
      assertThat(keys.skEr().length()).isEqualTo(16);
    }
  }

  @Test
  void rekeyTakesSkeyseedFromTheOldFunctionAndTheRestFromTheNew() throws IOException {
    load("nist-ikev2-kdf-sha256.properties");
    Prf newPrf = TestCrypto.full().prf(PrfAlgorithm.PRF_HMAC_SHA2_512);
    try (SecretBytes skD = secret(value("dkm").substring(0, 64));
        SecretBytes girNew = secret(value("girNew"));
        IkeSaKeys keys =
            KeySchedule.rekeyedIkeSa(
                prf,
                skD,
                newPrf,
                EncryptionAlgorithm.AES_GCM_16_256,
                NONE,
                girNew,
                ni,
                nr,
                spiI,
                spiR)) {
      // Worked with Python's hmac.
      assertThat(hex(keys.skD()))
          .isEqualTo(
              "eb7f8c2dbf275399da185c599daefdabbb3fd531344714bfeb40167d9d285828"
                  + "cfc7530bd2e798876b541e61ff314290e308c1ad76fc75a48592983028b47376");
    }
  }

  @Test
  void closingWipesEveryKeyAndPrintingShowsNone() throws IOException {
    load("nist-ikev2-kdf-sha256.properties");
    try (SecretBytes gir = secret(value("gir"))) {
      IkeSaKeys keys =
          KeySchedule.ikeSa(prf, EncryptionAlgorithm.AES_GCM_16_256, NONE, gir, ni, nr, spiI, spiR);
      ChildSaKeys child =
          KeySchedule.childSa(
              prf, keys.skD(), Optional.empty(), ni, nr, EncryptionAlgorithm.AES_GCM_16_256, NONE);
      assertThat(keys.toString() + child).doesNotContain(hex(keys.skD()).substring(0, 8));
      keys.close();
      child.close();
      assertThat(keys.skD().isWiped() && keys.skEi().isWiped() && keys.skEr().isWiped()).isTrue();
      assertThat(keys.skAi().isWiped() && keys.skAr().isWiped()).isTrue();
      assertThat(keys.skPi().isWiped() && keys.skPr().isWiped()).isTrue();
      assertThat(child.initiatorEncryption().isWiped()).isTrue();
      assertThat(child.responderEncryption().isWiped()).isTrue();
      assertThat(gir.isWiped()).as("arguments are only looked at").isFalse();
    }
  }

  /** Expected values: HMAC of SK' and the octet 1 under the PPK, made with another HMAC. */
  @ParameterizedTest
  @CsvSource({
    "nist-ikev2-kdf-sha256.properties,"
        + "fc493dd5976903619c429b4271cc2f2f393d4dd6f6e9352cd5e23ca0666f8e59,"
        + "146ce94ea7510c726bc4a9159bee5bb49d6e4b02c8b86c179924dba9cadfef2d,"
        + "9c3eddb79041a4ab772a020530d732f89116ef7eb4783cb6e7e91aa478d48229",
    "worked-ikev2-kdf-sha384.properties,"
        + "decd264dde7d3c62fc7670e986873898cdf0c31a8373e196"
        + "92b6fc55c98e17112878cdd4d3f2d3932eafa56e1c790e47,"
        + "43020cece8d02c0b03ed11a2b646b19db20dcbadc9f62b52"
        + "6cbe5abdd68d6cb04a50607bd648ef34c5d6e74c8bcd5f48,"
        + "2391315b8ecc581b05be69f5ea6659ed860ac83ecd5ed8cd"
        + "bdcd2ae2c26931953e03626a554197aac626490f14b9f405"
  })
  void mixesThePostQuantumPreSharedKeyIntoThreeKeys(String name, String d, String pi, String pr)
      throws IOException {
    load(name);
    String ppk = "404142434445464748494a4b4c4d4e4f505152535455565758595a5b5c5d5e5f";
    try (SecretBytes gir = secret(value("gir"));
        SecretBytes key = secret(ppk);
        IkeSaKeys before =
            KeySchedule.ikeSa(
                prf, EncryptionAlgorithm.AES_GCM_16_128, NONE, gir, ni, nr, spiI, spiR);
        IkeSaKeys mixed = KeySchedule.withPpk(prf, before, key)) {
      assertThat(hex(mixed.skD())).isEqualTo(d);
      assertThat(hex(mixed.skPi())).isEqualTo(pi);
      assertThat(hex(mixed.skPr())).isEqualTo(pr);
      // What protects messages is not touched (RFC 8784 section 3).
      assertThat(mixed.skEi().length()).isZero();
      assertThat(before.skD().isWiped()).isFalse();
    }
  }

  @Test
  void refusesAnEmptyPostQuantumPreSharedKey() throws IOException {
    load("nist-ikev2-kdf-sha256.properties");
    try (SecretBytes gir = secret(value("gir"));
        IkeSaKeys before =
            KeySchedule.ikeSa(
                prf, EncryptionAlgorithm.AES_GCM_16_128, NONE, gir, ni, nr, spiI, spiR)) {
      assertThatThrownBy(() -> KeySchedule.withPpk(prf, before, SecretBytes.empty()))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("empty");
    }
  }
}
