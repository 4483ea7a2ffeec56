package io.keyway.secrets;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.keyway.api.Outcome;
import io.keyway.api.Outcome.Kind;
import io.keyway.api.key.SecretBytes;
import io.keyway.api.store.SecretStore;
import io.keyway.api.store.SecretStore.Listed;
import io.keyway.api.store.SecretStore.NewSecret;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.KeyStore;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class KeyStoreSecretStoreTest {
  private static final SecretStore.Kind PSK = SecretStore.Kind.PRE_SHARED_KEY;

  @TempDir Path directory;

  private Path file;
  private Path passwordFile;
  private KeyStoreSecretStore store;

  @BeforeEach
  void open() {
    file = directory.resolve("keyway/secrets.p12");
    passwordFile = directory.resolve("keyway/secrets.p12.password");
    store = reopened();
  }

  private KeyStoreSecretStore reopened() {
    return new KeyStoreSecretStore(file, passwordFile, new SecureRandom());
  }

  private static SecretBytes secret(String text) {
    return SecretBytes.wrap(text.getBytes(UTF_8));
  }

  private static String text(Optional<SecretBytes> secret) {
    try (SecretBytes s = secret.orElseThrow()) {
      return s.read(octets -> new String(octets, UTF_8));
    }
  }

  private static String mode(Path path) throws IOException {
    return PosixFilePermissions.toString(Files.getPosixFilePermissions(path));
  }

  private static void chmod(Path path, String mode) throws IOException {
    Files.setPosixFilePermissions(path, PosixFilePermissions.fromString(mode));
  }

  @Test
  void isEmptyAndWritesNothingBeforeTheFirstSecret() {
    assertThat(store.list()).isEmpty();
    assertThat(store.get("berlin", PSK)).isEmpty();
    assertThat(store.remove("berlin").kind()).isEqualTo(Kind.ABSENT);
    assertThat(file.getParent()).doesNotExist();
  }

  @Test
  void givesBackWhatWasPutAfterARestart() {
    SecretBytes psk = secret("correct horse battery staple");
    assertThat(store.put("berlin", PSK, psk)).isEqualTo(Outcome.ok());
    assertThat(psk.isWiped()).as("ownership passed").isTrue();
    assertThat(text(store.get("berlin", PSK))).isEqualTo("correct horse battery staple");
    assertThat(text(reopened().get("berlin", PSK))).isEqualTo("correct horse battery staple");
    assertThat(store.get("berlin", SecretStore.Kind.PPK)).isEmpty();
    assertThat(store.get("paris", PSK)).isEmpty();
  }

  @Test
  void keepsAnyOctetsOfAnyKind() {
    byte[] all = new byte[2400];
    for (int i = 0; i < all.length; i++) {
      all[i] = (byte) i;
    }
    for (SecretStore.Kind kind : SecretStore.Kind.values()) {
      assertThat(store.put("s" + kind, kind, SecretBytes.copyOf(all)).done()).isTrue();
      try (SecretBytes got = reopened().get("s" + kind, kind).orElseThrow()) {
        assertThat((boolean) got.read(octets -> Arrays.equals(octets, all))).isTrue();
      }
    }
    assertThat(store.list()).hasSize(SecretStore.Kind.values().length);
  }

  @Test
  void keepsNamesApartThatDifferInCaseOrSigns() {
    List<String> names = List.of("Site", "site", "s%69te", "sité", "a b:c/d", "1", ".");
    names.forEach(name -> assertThat(store.put(name, PSK, secret("of " + name)).done()).isTrue());
    KeyStoreSecretStore again = reopened();
    names.forEach(name -> assertThat(text(again.get(name, PSK))).isEqualTo("of " + name));
    assertThat(again.list().stream().map(Listed::name)).containsExactlyInAnyOrderElementsOf(names);
  }

  @Test
  void replacesAndRemoves() {
    store.put("berlin", PSK, secret("old"));
    store.put("berlin", PSK, secret("new"));
    assertThat(text(reopened().get("berlin", PSK))).isEqualTo("new");
    assertThat(store.list()).containsExactly(new Listed("berlin", PSK));
    assertThat(store.remove("berlin").kind()).isEqualTo(Kind.OK);
    assertThat(store.remove("berlin").kind()).isEqualTo(Kind.ABSENT);
    assertThat(reopened().list()).isEmpty();
  }

  @Test
  void refusesANameThatHasAnotherKind() {
    store.put("berlin", PSK, secret("psk"));
    Outcome outcome = store.put("berlin", SecretStore.Kind.EAP_PASSWORD, secret("pw"));
    assertThat(outcome.kind()).isEqualTo(Kind.CONFLICT);
    assertThat(outcome.reason()).contains("PRE_SHARED_KEY").contains("delete it first");
    assertThat(text(store.get("berlin", PSK))).isEqualTo("psk");
  }

  @Test
  void refusesSenselessNamesAndSecretsAndWipesThem() {
    SecretBytes unused = secret("x");
    assertThat(store.put(" ", PSK, unused).reason()).contains("needs a name");
    assertThat(unused.isWiped()).isTrue();
    assertThat(store.put("a\nb", PSK, secret("x")).reason()).contains("control characters");
    assertThat(store.put("n".repeat(129), PSK, secret("x")).reason()).contains("128");
    assertThat(store.put("berlin", PSK, SecretBytes.empty()).reason()).contains("0 octets");
    assertThat(store.put("b", PSK, SecretBytes.wrap(new byte[65537])).kind())
        .isEqualTo(Kind.REFUSED);
    assertThat(store.list()).isEmpty();
  }

  @Test
  void putsManyWithOneWriteAndOneResultEach() throws IOException {
    store.put("taken", SecretStore.Kind.PPK, secret("ppk"));
    List<NewSecret> many = new ArrayList<>();
    for (int i = 0; i < 500; i++) {
      many.add(new NewSecret("site-" + i, PSK, secret("psk-" + i)));
    }
    many.add(new NewSecret("taken", PSK, secret("x")));
    many.add(new NewSecret("", PSK, secret("x")));
    List<Outcome> outcomes = store.putAll(many);
    assertThat(outcomes).hasSize(502);
    assertThat(outcomes.subList(0, 500)).allMatch(Outcome::done);
    assertThat(outcomes.get(500).kind()).isEqualTo(Kind.CONFLICT);
    assertThat(outcomes.get(501).kind()).isEqualTo(Kind.REFUSED);
    assertThat(many).allMatch(s -> s.secret().isWiped());
    KeyStoreSecretStore again = reopened();
    assertThat(again.list()).hasSize(501);
    assertThat(text(again.get("site-499", PSK))).isEqualTo("psk-499");
    assertThat(many.get(0).toString()).doesNotContain("psk-0");
  }

  @Test
  void onlyTheOwnerCanReadTheFiles() throws IOException {
    store.put("berlin", PSK, secret("x"));
    assertThat(mode(file)).isEqualTo("rw-------");
    assertThat(mode(passwordFile)).isEqualTo("rw-------");
    assertThat(mode(file.getParent())).isEqualTo("rwx------");
    store.put("paris", PSK, secret("x"));
    assertThat(mode(file)).isEqualTo("rw-------");
    try (Stream<Path> files = Files.list(file.getParent())) {
      assertThat(files).as("no temporary file stays").hasSize(2);
    }
  }

  @Test
  void servesNothingFromAFileThatOthersCanReadUntilThatIsCured() throws IOException {
    store.put("berlin", PSK, secret("x"));
    for (Path path : List.of(file, passwordFile)) {
      for (String mode : List.of("rw-r--r--", "rw----r--", "rw--w----")) {
        chmod(path, mode);
        assertThatThrownBy(() -> store.get("berlin", PSK))
            .isInstanceOf(IllegalStateException.class)
            .hasMessageContaining(mode)
            .hasMessageContaining("chmod 600 " + path);
        assertThatThrownBy(store::list).isInstanceOf(IllegalStateException.class);
        Outcome put = store.put("paris", PSK, secret("x"));
        assertThat(put.kind()).isEqualTo(Kind.UNAVAILABLE);
        assertThat(put.reason()).contains("chmod 600");
        assertThat(store.remove("berlin").kind()).isEqualTo(Kind.UNAVAILABLE);
      }
      chmod(path, "rw-------");
      assertThat(text(store.get("berlin", PSK))).isEqualTo("x");
    }
    assertThat(store.list()).containsExactly(new Listed("berlin", PSK));
  }

  @Test
  void saysThatADamagedFileIsDamagedAndLeavesItAlone() throws IOException {
    store.put("berlin", PSK, secret("x"));
    byte[] whole = Files.readAllBytes(file);
    byte[] flipped = whole.clone();
    flipped[whole.length / 2] ^= 1;
    for (byte[] damage :
        List.of(flipped, Arrays.copyOf(whole, 40), new byte[0], "{}".getBytes(UTF_8))) {
      Files.write(file, damage);
      assertThatThrownBy(() -> reopened().list())
          .isInstanceOf(IllegalStateException.class)
          .hasMessageContaining("damaged")
          .hasMessageContaining("same backup");
      assertThat(store.put("paris", PSK, secret("y")).kind()).isEqualTo(Kind.UNAVAILABLE);
      assertThat(Files.readAllBytes(file)).isEqualTo(damage);
    }
    Files.write(file, whole);
    assertThat(text(store.get("berlin", PSK))).as("restored, no restart").isEqualTo("x");
  }

  @Test
  void neverMakesANewPasswordForAnOldStore() throws IOException {
    store.put("berlin", PSK, secret("x"));
    byte[] password = Files.readAllBytes(passwordFile);
    Files.delete(passwordFile);
    assertThatThrownBy(store::list)
        .hasMessageContaining("without its password file " + passwordFile);
    assertThat(store.put("paris", PSK, secret("y")).reason()).contains("restore it");
    assertThat(passwordFile).doesNotExist();
    Files.write(passwordFile, "0123456789 0123456789 wrong\n".getBytes(UTF_8));
    chmod(passwordFile, "rw-------");
    assertThatThrownBy(() -> reopened().list()).hasMessageContaining("another store");
    Files.write(passwordFile, password);
    assertThat(text(store.get("berlin", PSK))).isEqualTo("x");
  }

  @Test
  void takesThePasswordThatTheOperatorBrings() throws Exception {
    Files.createDirectories(file.getParent());
    Files.writeString(passwordFile, "brought-by-the-operator-1\nsecond line\n");
    chmod(passwordFile, "rw-------");
    store.put("berlin", PSK, secret("x"));
    KeyStore plain = KeyStore.getInstance("PKCS12");
    try (var in = Files.newInputStream(file)) {
      plain.load(in, "brought-by-the-operator-1".toCharArray());
    }
    assertThat(plain.containsAlias("pre-shared-key:berlin")).isTrue();
    Files.writeString(passwordFile, "short\n");
    assertThatThrownBy(() -> reopened().list()).hasMessageContaining("at least 20");
  }

  @Test
  void aFailedWriteChangesNothing() throws IOException {
    store.put("berlin", PSK, secret("x"));
    Path elsewhere = directory.resolve("elsewhere");
    Files.move(file.getParent(), elsewhere);
    Files.writeString(file.getParent(), "a file where the directory was");
    Outcome outcome = store.put("paris", PSK, secret("y"));
    assertThat(outcome.kind()).isEqualTo(Kind.UNAVAILABLE);
    Files.delete(file.getParent());
    Files.move(elsewhere, file.getParent());
    assertThat(store.list()).containsExactly(new Listed("berlin", PSK));
  }

  @Test
  void holdsNoSecretInClearOnTheDisk() throws IOException {
    store.put("berlin", PSK, secret("planted-control-secret"));
    try (Stream<Path> files = Files.list(file.getParent())) {
      for (Path path : files.toList()) {
        String content =
            new String(Files.readAllBytes(path), java.nio.charset.StandardCharsets.ISO_8859_1);
        assertThat(content).doesNotContain("planted-control-secret");
      }
    }
  }

  @Test
  void keepsAForeignEntryOfTheFile() throws Exception {
    store.put("berlin", PSK, secret("x"));
    char[] password = Files.readString(passwordFile).trim().toCharArray();
    KeyStore plain = KeyStore.getInstance("PKCS12");
    try (var in = Files.newInputStream(file)) {
      plain.load(in, password);
    }
    plain.setEntry(
        "made-by-keytool",
        new KeyStore.SecretKeyEntry(new javax.crypto.spec.SecretKeySpec(new byte[16], "AES")),
        new KeyStore.PasswordProtection(password));
    try (var out = Files.newOutputStream(file)) {
      plain.store(out, password);
    }
    store.put("paris", PSK, secret("y"));
    assertThat(store.list()).hasSize(2);
    try (var in = Files.newInputStream(file)) {
      plain.load(in, password);
    }
    assertThat(plain.containsAlias("made-by-keytool")).isTrue();
    assertThat(plain.containsAlias("pre-shared-key:paris")).isTrue();
  }
}
