package io.keyway.ike.crypto;

import static org.assertj.core.api.Assertions.assertThat;

import io.keyway.ike.crypto.sign.SignatureAnswers;
import java.io.File;
import java.io.IOException;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.NoSuchAlgorithmException;
import java.security.Provider;
import java.security.SecureRandom;
import java.security.Security;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Predicate;
import java.util.zip.ZipEntry;
import java.util.zip.ZipInputStream;
import java.util.zip.ZipOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Amazon Corretto Crypto Provider and Conscrypt as they come from Maven Central: how they are
 * chosen, and what happens when they are wrong, incomplete or gone. Each installation has class
 * loaders of its own, as after a start of the container.
 */
@EnabledOnOs(value = OS.LINUX, architectures = "amd64")
class NativeProvidersTest {
  private static final Predicate<Path> NO_NATIVE_ONE = jar -> !isCorretto(jar) && !isConscrypt(jar);

  private static boolean isCorretto(Path jar) {
    return jar.getFileName().toString().startsWith("AmazonCorretto");
  }

  private static boolean isConscrypt(Path jar) {
    return jar.getFileName().toString().startsWith("conscrypt");
  }

  private static List<Path> classPath() {
    List<Path> all = new ArrayList<>();
    for (String entry : System.getProperty("java.class.path").split(File.pathSeparator)) {
      all.add(Path.of(entry));
    }
    return all;
  }

  private static List<Path> classPath(Predicate<Path> wanted) {
    return classPath().stream().filter(wanted).toList();
  }

  /** Algorithm to provider and verdicts, as an engine that starts with these jars has them. */
  private static Map<String, String> installation(List<Path> jars) throws Exception {
    List<URL> urls = new ArrayList<>();
    for (Path jar : jars) {
      urls.add(jar.toUri().toURL());
    }
    Map<String, String> choices = new TreeMap<>();
    try (URLClassLoader loader =
        new URLClassLoader(urls.toArray(URL[]::new), ClassLoader.getPlatformClassLoader())) {
      Class<?> type = loader.loadClass("io.keyway.ike.crypto.IkeCrypto");
      Object crypto = type.getMethod("create", SecureRandom.class).invoke(null, new SecureRandom());
      for (Object choice : (List<?>) type.getMethod("choices").invoke(crypto)) {
        Class<?> record = choice.getClass();
        choices.put(
            (String) record.getMethod("algorithm").invoke(choice),
            record.getMethod("provider").invoke(choice)
                + " of "
                + record.getMethod("candidates").invoke(choice));
      }
    }
    return choices;
  }

  /** A jar without what is built for one processor only, as another machine would see it. */
  private static Path withoutLibraries(Path jar, Path directory) throws IOException {
    Path stripped = directory.resolve("stripped-" + jar.getFileName());
    try (ZipInputStream in = new ZipInputStream(Files.newInputStream(jar));
        ZipOutputStream out = new ZipOutputStream(Files.newOutputStream(stripped))) {
      for (ZipEntry entry = in.getNextEntry(); entry != null; entry = in.getNextEntry()) {
        boolean signed = entry.getName().matches("META-INF/.*\\.(SF|RSA|DSA|EC)");
        if (!entry.getName().endsWith(".so") && !entry.isDirectory() && !signed) {
          out.putNextEntry(new ZipEntry(entry.getName()));
          in.transferTo(out);
          out.closeEntry();
        }
      }
    }
    return stripped;
  }

  @ParameterizedTest
  @EnumSource(names = {"CORRETTO", "CONSCRYPT"})
  void aNativeProviderGivesEveryKnownAnswerThatItIsAskedFor(ProviderFamily family) {
    List<ProviderChoice.Candidate> candidates =
        TestCrypto.full().allChoices().stream()
            .flatMap(choice -> choice.candidates().stream())
            .filter(candidate -> candidate.name().startsWith(prefix(family)))
            .toList();
    assertThat(candidates).hasSizeGreaterThan(3);
    assertThat(candidates)
        .allSatisfy(
            candidate -> {
              assertThat(candidate.verdict()).isEqualTo("known answer");
              assertThat(candidate.usable()).isTrue();
              assertThat(candidate.nanos()).isPositive();
            });
  }

  private static String prefix(ProviderFamily family) {
    return family == ProviderFamily.CORRETTO ? "AmazonCorrettoCryptoProvider " : "Conscrypt ";
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "SHA256withRSA",
        "SHA384withRSA",
        "SHA512withRSA",
        "RSASSA-PSS",
        "SHA256withECDSA",
        "SHA384withECDSA",
        "SHA512withECDSA",
        "Ed25519"
      })
  void signaturesAreSelfTestedAndMeasuredLikeEverythingElse(String name) {
    ProviderChoice choice =
        TestCrypto.full().choices().stream()
            .filter(c -> c.algorithm().equals(name))
            .findFirst()
            .orElseThrow();
    assertThat(choice.offered()).isTrue();
    assertThat(choice.candidates()).hasSizeGreaterThanOrEqualTo(3);
    assertThat(choice.candidates().stream().filter(ProviderChoice.Candidate::usable))
        .as("the JDK and Bouncy Castle at least")
        .hasSizeGreaterThanOrEqualTo(2)
        .allMatch(c -> c.nanos() > 0);
  }

  @Test
  void ellipticCurvesComeFromANativeProvider() {
    assertThat(TestCrypto.full().choices())
        .filteredOn(c -> List.of("ecp256", "ecp384", "SHA384withECDSA").contains(c.algorithm()))
        .hasSize(3)
        .allMatch(
            c ->
                c.provider().startsWith(prefix(ProviderFamily.CORRETTO))
                    || c.provider().startsWith(prefix(ProviderFamily.CONSCRYPT)));
  }

  @Test
  void withoutNativeProvidersEveryAlgorithmIsThereAllTheSame() throws Exception {
    Map<String, String> with = installation(classPath(jar -> true));
    Map<String, String> without = installation(classPath(NO_NATIVE_ONE));
    assertThat(with.get("ecp384")).startsWith(prefix(ProviderFamily.CORRETTO));
    assertThat(without.keySet()).isEqualTo(with.keySet());
    assertThat(without.values())
        .allMatch(choice -> choice.startsWith("Sun") || choice.startsWith("BC "));
    assertThat(without.get("ecp384")).contains("name=CORRETTO, usable=false, verdict=not present");
  }

  @Test
  void jarsOfAnotherProcessorAreAsGoodAsAbsent(@TempDir Path directory) throws Exception {
    List<Path> jars = new ArrayList<>(classPath(NO_NATIVE_ONE));
    for (Path jar : classPath(NO_NATIVE_ONE.negate())) {
      jars.add(withoutLibraries(jar, directory));
    }
    assertThat(jars).hasSameSizeAs(classPath());
    assertThat(installation(jars).values())
        .allMatch(choice -> choice.startsWith("Sun") || choice.startsWith("BC "));
  }

  /** Conscrypt itself, but for one algorithm whose answers are those of another one. */
  private static final class Miscompiled extends Provider {
    private static final long serialVersionUID = 1L;
    private final transient Provider real;

    Miscompiled(Provider real) {
      super(real.getName(), real.getVersionStr(), "for a test");
      this.real = real;
    }

    @Override
    public Service getService(String type, String algorithm) {
      Service honest = real.getService(type, algorithm);
      if (honest == null || !algorithm.equals("SHA256withECDSA")) {
        return honest;
      }
      return new Service(this, type, algorithm, honest.getClassName(), null, null) {
        @Override
        public Object newInstance(Object parameter) throws NoSuchAlgorithmException {
          return real.getService(type, "SHA384withECDSA").newInstance(parameter);
        }

        @Override
        public boolean supportsParameter(Object parameter) {
          return true;
        }
      };
    }
  }

  @Test
  void aProviderThatFailsItsSelfTestServesOnlyTheRest() throws Exception {
    Provider real = ProviderFamily.CONSCRYPT.find("Signature", "SHA256withECDSA").orElseThrow();
    Security.addProvider(new Miscompiled(real));
    try {
      Map<String, String> choices = installation(classPath(jar -> !isCorretto(jar)));
      assertThat(choices.get("SHA256withECDSA"))
          .doesNotStartWith("Conscrypt")
          .containsPattern("Conscrypt [^,]*, usable=false, verdict=[^,]*wrong answer");
      assertThat(choices.get("SHA384withECDSA")).startsWith("Conscrypt");
    } finally {
      Security.removeProvider(real.getName());
    }
  }

  @Test
  void aProviderThatIsTakenOutOfTheListServesTheEngineThatChoseIt()
      throws GeneralSecurityException {
    Provider real = ProviderFamily.CORRETTO.find("Signature", "SHA384withECDSA").orElseThrow();
    Security.addProvider(real);
    IkeCrypto crypto = IkeCrypto.create(new SecureRandom());
    Security.removeProvider(real.getName());
    assertThat(Security.getProvider(real.getName())).isNull();
    KnownAnswers.consistency(crypto.keyExchange(io.keyway.api.crypto.KeyExchangeMethod.ECP_384));
    new SignatureAnswers("SHA384withECDSA", real).check();
  }
}
