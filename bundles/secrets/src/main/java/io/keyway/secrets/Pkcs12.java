package io.keyway.secrets;

import io.keyway.api.key.SecretBytes;
import io.keyway.api.store.SecretStore.Kind;
import io.keyway.api.store.SecretStore.Listed;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.security.GeneralSecurityException;
import java.security.Key;
import java.security.KeyStore;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import javax.crypto.spec.PBEParameterSpec;

/** The content of the key store in memory, each secret still encrypted. Not safe for threads. */
final class Pkcs12 {
  private static final String ENTRY_CIPHER = "PBEWithHmacSHA256AndAES_256";

  /**
   * The password is random and long, so stretching it adds nothing; each round would be paid for
   * every one of thousands of secrets.
   */
  private static final int ENTRY_ROUNDS = 1024;

  private final KeyStore store;
  private final SecureRandom random;

  private Pkcs12(KeyStore store, SecureRandom random) {
    this.store = store;
    this.random = random;
  }

  static Pkcs12 empty(SecureRandom random) throws GeneralSecurityException, IOException {
    KeyStore store = KeyStore.getInstance("PKCS12");
    store.load(null, null);
    return new Pkcs12(store, random);
  }

  /** Fails with an {@link IOException} when damaged, or encrypted with another password. */
  static Pkcs12 parse(byte[] content, char[] password, SecureRandom random)
      throws GeneralSecurityException, IOException {
    KeyStore store = KeyStore.getInstance("PKCS12");
    store.load(new ByteArrayInputStream(content), password);
    return new Pkcs12(store, random);
  }

  byte[] encode(char[] password) throws GeneralSecurityException, IOException {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    store.store(out, password);
    return out.toByteArray();
  }

  /** The kind under which a name is stored. */
  Optional<Kind> kindOf(String name) throws GeneralSecurityException {
    for (Kind kind : Kind.values()) {
      if (store.containsAlias(Alias.encode(name, kind))) {
        return Optional.of(kind);
      }
    }
    return Optional.empty();
  }

  void put(String name, Kind kind, SecretBytes secret, char[] password)
      throws GeneralSecurityException {
    byte[] salt = new byte[20];
    random.nextBytes(salt);
    StoredKey key = new StoredKey(secret.read(byte[]::clone));
    try {
      store.setEntry(
          Alias.encode(name, kind),
          new KeyStore.SecretKeyEntry(key),
          new KeyStore.PasswordProtection(
              password, ENTRY_CIPHER, new PBEParameterSpec(salt, ENTRY_ROUNDS)));
    } finally {
      key.destroy();
    }
  }

  Optional<SecretBytes> get(String name, Kind kind, char[] password)
      throws GeneralSecurityException {
    Key key = store.getKey(Alias.encode(name, kind), password);
    return Optional.ofNullable(key).map(k -> SecretBytes.wrap(k.getEncoded()));
  }

  void remove(String name, Kind kind) throws GeneralSecurityException {
    store.deleteEntry(Alias.encode(name, kind));
  }

  List<Listed> list() throws GeneralSecurityException {
    List<Listed> result = new ArrayList<>();
    for (String alias : Collections.list(store.aliases())) {
      Alias.decode(alias).ifPresent(result::add);
    }
    result.sort(Comparator.comparing(Listed::name));
    return List.copyOf(result);
  }
}
