package io.keyway.ike.crypto;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.keyway.api.crypto.EncryptionAlgorithm;
import io.keyway.api.crypto.KeyExchangeMethod;
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
    return crypto.allChoices().stream()
        .collect(Collectors.toMap(ProviderChoice::algorithm, ProviderChoice::provider));
  }

  @Test
  void withoutNativeProvidersTheJdkEncryptsAndBouncyCastleHasWhatTheJdkLacks() {
    Map<String, String> choices = byAlgorithm(TestCrypto.portable());
    for (String name : List.of("AES/GCM/NoPadding", "AES/CBC/NoPadding", "HmacSHA256")) {
      assertThat(choices.get(name)).as(name).startsWith("SunJCE ");
    }
    for (String name : List.of("AES/CCM/NoPadding", "mlkem512", "mlkem768", "mlkem1024")) {
      assertThat(choices.get(name)).as(name).startsWith("BC ");
    }
    assertThat(choices).containsKeys("modp2048", "modp8192", "x448", "HmacSHA384", "HmacSHA512");
    assertThat(choices).containsKey("ChaCha20-Poly1305");
  }

  @Test
  void theJdkAloneLacksCcmAndMlKemAndSaysSo() {
    IkeCrypto bare =
        IkeCrypto.create(new SecureRandom(), new ProviderTable(EnumSet.of(ProviderFamily.JDK)));
    Map<String, String> choices = byAlgorithm(bare);
    List<String> missing =
        choices.keySet().stream().filter(name -> choices.get(name).isEmpty()).sorted().toList();
    assertThat(missing).containsExactly("AES/CCM/NoPadding", "mlkem1024", "mlkem512", "mlkem768");
    choices.values().removeIf(String::isEmpty);
    assertThat(choices.values()).allMatch(provider -> provider.startsWith("Sun"));
    assertThat(bare.flaw(KeyExchangeMethod.ML_KEM_768).orElseThrow())
        .contains("mlkem768")
        .contains("bcprov");
    assertThat(bare.flaw(EncryptionAlgorithm.AES_CCM_16_128)).isPresent();
    assertThat(bare.flaw(KeyExchangeMethod.X448)).isEmpty();
    assertThatThrownBy(() -> bare.keyExchange(KeyExchangeMethod.ML_KEM_768))
        .isInstanceOf(CryptoUnavailableException.class);
  }

  @Test
  void everyCandidateIsMeasuredAndOnlyAClearWinnerGoesBeforeTheOrder() {
    for (ProviderChoice choice : TestCrypto.full().allChoices()) {
      ProviderChoice.Candidate taken =
          choice.candidates().stream()
              .filter(c -> c.name().equals(choice.provider()))
              .findFirst()
              .orElseThrow();
      assertThat(taken.usable()).isTrue();
      assertThat(taken.nanos()).as(choice.algorithm()).isPositive();
      for (ProviderChoice.Candidate other : choice.candidates()) {
        assertThat(other.usable()).as("%s of %s", other, choice).isEqualTo(other.nanos() > 0);
        if (other.usable()) {
          assertThat(taken.nanos()).isLessThanOrEqualTo(2 * other.nanos() + 1);
        }
      }
    }
  }

  @Test
  void theClearlyFasterOneIsTaken() {
    ProviderTable table = ProviderTable.ofAll();
    String used =
        table.choose(
            "test",
            "Mac",
            "HmacSHA256",
            List.of(ProviderFamily.BOUNCY_CASTLE, ProviderFamily.JDK),
            Provider::getName,
            name -> {},
            name -> {
              if (name.equals("BC")) {
                java.util.concurrent.locks.LockSupport.parkNanos(20_000_000);
              }
            });
    assertThat(used).isEqualTo("SunJCE");
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
            },
            name -> {});
    assertThat(used).isEqualTo("SunJCE");
    assertThat(table.choices()).hasSize(1);
    ProviderChoice.Candidate passedOver = table.choices().get(0).candidates().get(0);
    assertThat(passedOver.name()).startsWith("BC ");
    assertThat(passedOver.usable()).isFalse();
    assertThat(passedOver.verdict()).contains("wrong answer");
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
