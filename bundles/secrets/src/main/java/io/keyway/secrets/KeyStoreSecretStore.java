package io.keyway.secrets;

import io.keyway.api.Outcome;
import io.keyway.api.key.SecretBytes;
import io.keyway.api.store.SecretStore;
import java.io.IOException;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * {@link SecretStore} in a PKCS #12 file. Every call looks whether the file is still the one that
 * was read, so a restored backup or a corrected mode takes effect without a restart, and nothing is
 * served from a file that others may read.
 */
public final class KeyStoreSecretStore implements SecretStore {
  private static final Logger LOG = LoggerFactory.getLogger(KeyStoreSecretStore.class);
  private static final int LARGEST_SECRET = 65536;

  private final PrivateFile file;
  private final StorePassword password;
  private final SecureRandom random;

  private Pkcs12 content;
  private PrivateFile.Version version;

  /**
   * Does not touch the disk yet.
   *
   * @param store the key store file, made with the first secret
   * @param passwordFile the file of its password, made with it
   */
  public KeyStoreSecretStore(Path store, Path passwordFile, SecureRandom random) {
    this.file = new PrivateFile(store);
    this.password = new StorePassword(new PrivateFile(passwordFile), random);
    this.random = random;
  }

  @Override
  public Outcome put(String name, Kind kind, SecretBytes secret) {
    return putAll(List.of(new NewSecret(name, kind, secret))).get(0);
  }

  @Override
  public synchronized List<Outcome> putAll(List<NewSecret> secrets) {
    List<Outcome> outcomes = new ArrayList<>();
    try {
      char[] key = password();
      try {
        load(key);
        for (NewSecret secret : secrets) {
          outcomes.add(set(secret, key));
        }
        if (outcomes.stream().anyMatch(Outcome::done)) {
          save(key);
        }
        return List.copyOf(outcomes);
      } finally {
        Arrays.fill(key, '\0');
      }
    } catch (IOException | GeneralSecurityException | IllegalStateException e) {
      Outcome failed = failed(e);
      return secrets.stream().map(s -> failed).toList();
    } finally {
      secrets.forEach(s -> s.secret().close());
    }
  }

  private Outcome set(NewSecret secret, char[] key) throws GeneralSecurityException {
    Optional<String> flaw = Alias.flaw(secret.name());
    if (flaw.isPresent()) {
      return Outcome.refused(flaw.get());
    }
    int octets = secret.secret().length();
    if (octets == 0 || octets > LARGEST_SECRET) {
      return Outcome.refused(
          "the secret '"
              + secret.name()
              + "' has "
              + octets
              + " octets; 1 to "
              + LARGEST_SECRET
              + " are allowed");
    }
    Optional<Kind> existing = content.kindOf(secret.name());
    if (existing.isPresent() && existing.get() != secret.kind()) {
      return Outcome.conflict(
          "'" + secret.name() + "' is a secret of kind " + existing.get() + "; delete it first");
    }
    content.put(secret.name(), secret.kind(), secret.secret(), key);
    return Outcome.ok();
  }

  @Override
  public synchronized Optional<SecretBytes> get(String name, Kind kind) {
    if (Alias.flaw(name).isPresent()) {
      return Optional.empty();
    }
    return read((store, key) -> store.get(name, kind, key), Optional.empty());
  }

  @Override
  public synchronized List<Listed> list() {
    return read((store, key) -> store.list(), List.of());
  }

  @Override
  public synchronized Outcome remove(String name) {
    Outcome absent = Outcome.absent("there is no secret '" + name + "'");
    if (Alias.flaw(name).isPresent()) {
      return absent;
    }
    try {
      if (!exists()) {
        return absent;
      }
      char[] key = password();
      try {
        load(key);
        Optional<Kind> kind = content.kindOf(name);
        if (kind.isEmpty()) {
          return absent;
        }
        content.remove(name, kind.get());
        save(key);
        return Outcome.ok();
      } finally {
        Arrays.fill(key, '\0');
      }
    } catch (IOException | GeneralSecurityException | IllegalStateException e) {
      return failed(e);
    }
  }

  /**
   * Opens the file once, so that what is wrong with it shows early.
   *
   * @throws IllegalStateException naming cause and cure
   */
  public void check() {
    list();
  }

  private interface Reader<T> {
    T read(Pkcs12 store, char[] key) throws GeneralSecurityException;
  }

  private <T> T read(Reader<T> reader, T without) {
    try {
      if (!exists()) {
        return without;
      }
      char[] key = password();
      try {
        load(key);
        return reader.read(content, key);
      } finally {
        Arrays.fill(key, '\0');
      }
    } catch (IOException e) {
      throw new StoreUnusableException("cannot read " + file.path() + ": " + e.getMessage(), e);
    } catch (GeneralSecurityException e) {
      throw unreadable(e);
    }
  }

  private boolean exists() throws IOException {
    return file.check().isPresent();
  }

  /** The password; made together with the first secret, never for a store that exists. */
  private char[] password() throws IOException {
    if (!exists()) {
      return password.readOrCreate();
    }
    return password
        .read()
        .orElseThrow(
            () ->
                new StoreUnusableException(
                    file.path()
                        + " cannot be opened without its password file "
                        + password.file().path()
                        + ": restore it from a backup, or move the store away and enter the"
                        + " secrets anew"));
  }

  private void load(char[] key) throws IOException, GeneralSecurityException {
    Optional<PrivateFile.Version> current = file.check();
    if (current.isEmpty()) {
      content = Pkcs12.empty(random);
      version = null;
      return;
    }
    if (content != null && current.get().equals(version)) {
      return;
    }
    byte[] octets = file.read();
    try {
      content = Pkcs12.parse(octets, key, random);
      version = current.get();
    } catch (IOException | RuntimeException e) {
      content = null;
      throw unreadable(e);
    }
  }

  private void save(char[] key) throws IOException, GeneralSecurityException {
    byte[] octets = content.encode(key);
    // If this fails, memory must not know more than the disk.
    Pkcs12 written = content;
    content = null;
    file.write(octets);
    content = written;
    version = file.check().orElse(null);
  }

  private StoreUnusableException unreadable(Exception cause) {
    return new StoreUnusableException(
        file.path()
            + " is damaged, or "
            + password.file().path()
            + " holds the password of another store; restore both files from the same backup",
        cause);
  }

  private Outcome failed(Exception e) {
    content = null;
    LOG.warn("the secret store {} could not be changed: {}", file.path(), e.getMessage());
    if (e instanceof PrivateFile.RenamedException) {
      return Outcome.unknown(
          file.path() + " was written, but the disk did not confirm it: " + e.getMessage());
    }
    if (e instanceof StoreUnusableException) {
      return Outcome.unavailable(e.getMessage());
    }
    return Outcome.unavailable(
        "cannot write " + file.path() + ": " + e + "; check the space and the rights there");
  }
}
