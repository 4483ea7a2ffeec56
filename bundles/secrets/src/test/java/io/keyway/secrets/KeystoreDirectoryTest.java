package io.keyway.secrets;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.keyway.api.Outcome;
import io.keyway.api.key.SecretBytes;
import io.keyway.api.store.SecretStore.Kind;
import io.keyway.api.store.SecretStore.Listed;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.SecureRandom;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class KeystoreDirectoryTest {
  @TempDir Path root;

  private KeystoreDirectory directory;

  @BeforeEach
  void folders() throws IOException {
    directory = new KeystoreDirectory(root);
    for (String folder : new String[] {"private", "x509", "x509ca", "x509crl"}) {
      mode(Files.createDirectory(root.resolve(folder)), "rwxr-xr-x");
    }
  }

  private static void mode(Path path, String mode) throws IOException {
    Files.setPosixFilePermissions(path, PosixFilePermissions.fromString(mode));
  }

  private Path write(String file, String content, String mode) throws IOException {
    Path path = Files.writeString(root.resolve(file), content);
    mode(path, mode);
    return path;
  }

  private Optional<String> text(String name, Kind kind) {
    return directory.get(name, kind).map(s -> s.read(o -> new String(o, StandardCharsets.UTF_8)));
  }

  @Test
  void filesAreFoundWithAndWithoutTheirEnding() throws IOException {
    write("x509/gw.pem", "certificate", "rw-r--r--");
    write("private/gw.key", "key", "rw-------");
    write("x509/gw.srl", "left by a tool", "rw-r--r--");

    assertThat(text("gw", Kind.CERTIFICATE)).contains("certificate");
    assertThat(text("gw.pem", Kind.CERTIFICATE)).contains("certificate");
    assertThat(text("gw", Kind.PRIVATE_KEY)).contains("key");
    assertThat(text("gw", Kind.CA_CERTIFICATE)).isEmpty();
    assertThat(text("gw", Kind.PRE_SHARED_KEY)).isEmpty();
    assertThat(directory.list())
        .containsExactlyInAnyOrder(
            new Listed("gw.pem", Kind.CERTIFICATE), new Listed("gw.key", Kind.PRIVATE_KEY));
  }

  @Test
  void aFileThatChangesCountsAtOnce() throws IOException {
    write("x509/gw.pem", "one", "rw-r--r--");
    assertThat(text("gw", Kind.CERTIFICATE)).contains("one");
    write("x509/gw.pem", "two", "rw-r--r--");
    assertThat(text("gw", Kind.CERTIFICATE)).contains("two");
    Files.delete(root.resolve("x509/gw.pem"));
    assertThat(text("gw", Kind.CERTIFICATE)).isEmpty();
  }

  @Test
  void aKeyThatOthersMayReadIsNotServed() throws IOException {
    Path key = write("private/gw.pem", "key", "rw-r-----");

    assertThatThrownBy(() -> directory.get("gw", Kind.PRIVATE_KEY))
        .isInstanceOf(StoreUnusableException.class)
        .hasMessageContaining("chmod 600 " + key)
        .hasMessageContaining("replace the key");

    mode(key, "rw-------");
    assertThat(text("gw", Kind.PRIVATE_KEY)).contains("key");
  }

  @Test
  void whatOthersMayWriteIsNotTrusted() throws IOException {
    write("x509ca/root.pem", "root", "rw-rw-r--");
    assertThatThrownBy(() -> directory.get("root", Kind.CA_CERTIFICATE))
        .hasMessageContaining("chmod go-w");

    mode(root.resolve("x509ca/root.pem"), "rw-r--r--");
    mode(root.resolve("x509ca"), "rwxrwxrwx");
    assertThatThrownBy(() -> directory.get("root", Kind.CA_CERTIFICATE))
        .hasMessageContaining("chmod go-w " + root.resolve("x509ca"));
  }

  @Test
  void namesDoNotLeadElsewhere() throws IOException {
    write("secret.pem", "elsewhere", "rw-------");
    for (String name : new String[] {"../secret.pem", "/etc/passwd", "..", ".", "", "a/b"}) {
      assertThat(directory.get(name, Kind.CERTIFICATE)).as(name).isEmpty();
    }
  }

  @Test
  void withoutFoldersThereIsNothing() {
    KeystoreDirectory none = new KeystoreDirectory(root.resolve("absent"));
    assertThat(none.list()).isEmpty();
    assertThat(none.get("gw", Kind.CERTIFICATE)).isEmpty();
  }

  @Test
  void theStoreComesBeforeTheDirectoryAndOnlyTheStoreIsWritten() throws IOException {
    write("x509/gw.pem", "file", "rw-r--r--");
    write("x509/other.pem", "file", "rw-r--r--");
    KeyStoreSecretStore store =
        new KeyStoreSecretStore(
            root.resolve("s.p12"), root.resolve("s.password"), new SecureRandom());
    CombinedSecretStore both = new CombinedSecretStore(store, directory);

    byte[] put = "put".getBytes(StandardCharsets.UTF_8);
    assertThat(both.put("gw.pem", Kind.CERTIFICATE, SecretBytes.wrap(put)).done()).isTrue();

    try (SecretBytes got = both.get("gw.pem", Kind.CERTIFICATE).orElseThrow()) {
      String text = got.read(o -> new String(o, StandardCharsets.UTF_8));
      assertThat(text).isEqualTo("put");
    }
    assertThat(both.list())
        .containsExactly(
            new Listed("gw.pem", Kind.CERTIFICATE), new Listed("other.pem", Kind.CERTIFICATE));
    Outcome refused = both.remove("other.pem");
    assertThat(refused.kind()).isEqualTo(Outcome.Kind.REFUSED);
    assertThat(refused.reason()).contains("x509/other.pem");
    assertThat(both.remove("gw.pem").done()).isTrue();
    assertThat(both.remove("nobody").kind()).isEqualTo(Outcome.Kind.ABSENT);
  }
}
