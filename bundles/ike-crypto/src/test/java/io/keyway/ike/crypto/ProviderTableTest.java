package io.keyway.ike.crypto;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.security.GeneralSecurityException;
import java.security.Provider;
import java.security.SecureRandom;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

class ProviderTableTest {

  private static Map<String, String> byAlgorithm(IkeCrypto crypto) {
    return crypto.choices().stream()
        .collect(Collectors.toMap(ProviderChoice::algorithm, ProviderChoice::provider));
  }

  @Test
  void withoutNativeProvidersCurvesRunOnBouncyCastleAndGcmOnTheJdk() {
    Map<String, String> choices = byAlgorithm(TestCrypto.portable());
    for (String curve : List.of("ecp256", "ecp384", "ecp521", "x25519")) {
      assertThat(choices.get(curve)).as(curve).startsWith("BC ");
    }
    for (String name : List.of("AES/GCM/NoPadding", "AES/CBC/NoPadding", "HmacSHA256")) {
      assertThat(choices.get(name)).as(name).startsWith("SunJCE ");
    }
    assertThat(choices).containsKeys("modp2048", "modp3072", "HmacSHA384", "HmacSHA512");
  }

  @Test
  void theJdkAloneServesEverything() {
    IkeCrypto bare =
        IkeCrypto.create(new SecureRandom(), new ProviderTable(EnumSet.of(ProviderFamily.JDK)));
    assertThat(byAlgorithm(bare).values()).allMatch(provider -> provider.startsWith("Sun"));
  }

  @Test
  void nothingButTheJdkMayBeMissing() {
    ProviderTable table = new ProviderTable(EnumSet.noneOf(ProviderFamily.class));
    SecureRandom random = new SecureRandom();
    assertThatThrownBy(() -> IkeCrypto.create(random, table))
        .isInstanceOf(CryptoUnavailableException.class)
        .hasMessageContaining("HmacSHA256")
        .hasMessageContaining("bcprov");
  }

  @Test
  void aProviderWithAWrongAnswerIsPassedOver() {
    ProviderTable table = ProviderTable.ofAll();
    List<ProviderFamily> order = List.of(ProviderFamily.BOUNCY_CASTLE, ProviderFamily.JDK);
    String used =
        table.choose(
            "test",
            "Mac",
            "HmacSHA256",
            order,
            Provider::getName,
            name -> {
              if (name.equals("BC")) {
                throw new GeneralSecurityException("wrong answer");
              }
            });
    assertThat(used).isEqualTo("SunJCE");
    assertThat(table.choices()).hasSize(1);
    assertThat(table.choices().get(0).passedOver())
        .singleElement()
        .asString()
        .contains("BOUNCY_CASTLE")
        .contains("wrong answer");
  }

  @Test
  void knownAnswersNoticeAWrongImplementation() throws Exception {
    Provider jce = ProviderFamily.JDK.find("Mac", "HmacSHA256").orElseThrow();
    Function<String, Hmac> make =
        name -> {
          try {
            return new Hmac(name, jce);
          } catch (GeneralSecurityException e) {
            throw new AssertionError(e);
          }
        };
    KnownAnswers.hmac("HmacSHA256", make.apply("HmacSHA256"));
    assertThatThrownBy(() -> KnownAnswers.hmac("HmacSHA256", make.apply("HmacSHA1")))
        .hasMessageContaining("wrong answer");
    CipherPool cbc = new CipherPool("AES/CBC/NoPadding", jce);
    KnownAnswers.cbc(cbc);
    assertThatThrownBy(() -> KnownAnswers.cbc(new CipherPool("AES/CBC/PKCS5Padding", jce)))
        .hasMessageContaining("wrong answer");
  }

  @Test
  void aKeyIsNeitherPrintedNorSerializedNorUsableAfterItsWipe() {
    RawKey key = new RawKey("AES", new byte[] {0x5a, 0x5a});
    assertThat(key.toString()).isEqualTo("RawKey[AES]");
    assertThat(key.getEncoded()).isNotSameAs(key.getEncoded());
    key.destroy();
    assertThat(key.isDestroyed()).isTrue();
    assertThatThrownBy(key::getEncoded).isInstanceOf(IllegalStateException.class);
    assertThatThrownBy(
            () ->
                new java.io.ObjectOutputStream(new java.io.ByteArrayOutputStream())
                    .writeObject(RawKey.BLANK))
        .isInstanceOf(java.io.NotSerializableException.class);
  }
}
