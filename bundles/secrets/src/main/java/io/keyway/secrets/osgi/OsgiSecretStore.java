package io.keyway.secrets.osgi;

import io.keyway.api.Outcome;
import io.keyway.api.key.SecretBytes;
import io.keyway.api.store.SecretStore;
import io.keyway.secrets.CombinedSecretStore;
import io.keyway.secrets.KeyStoreSecretStore;
import io.keyway.secrets.KeystoreDirectory;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.List;
import java.util.Optional;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.metatype.annotations.AttributeDefinition;
import org.osgi.service.metatype.annotations.Designate;
import org.osgi.service.metatype.annotations.ObjectClassDefinition;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Registers the store. It comes up even when its file cannot be used: every call then says why, and
 * works as soon as the cause is gone.
 */
@Component(service = SecretStore.class, configurationPid = "io.keyway.secrets")
@Designate(ocd = OsgiSecretStore.Config.class)
public final class OsgiSecretStore implements SecretStore {
  private static final Logger LOG = LoggerFactory.getLogger(OsgiSecretStore.class);

  /** Where the two files are. */
  @ObjectClassDefinition(name = "Keyway secret store")
  public @interface Config {
    @AttributeDefinition(
        description = "Key store file (PKCS #12); default keyway/secrets.p12 in Karaf's etc")
    String file() default "";

    @AttributeDefinition(
        description = "File with its password in the first line; default: file with .password")
    String passwordFile() default "";

    @AttributeDefinition(
        description =
            "Directory with private, x509, x509ca and x509crl; default ipsec in Karaf's etc")
    String keystoreDirectory() default "";
  }

  private final SecretStore store;

  @Activate
  public OsgiSecretStore(Config config) {
    Path file =
        config.file().isBlank()
            ? Path.of(System.getProperty("karaf.etc", "etc"), "keyway", "secrets.p12")
            : Path.of(config.file());
    Path passwordFile =
        config.passwordFile().isBlank()
            ? file.resolveSibling(file.getFileName() + ".password")
            : Path.of(config.passwordFile());
    Path directory =
        config.keystoreDirectory().isBlank()
            ? Path.of(System.getProperty("karaf.etc", "etc"), "ipsec")
            : Path.of(config.keystoreDirectory());
    KeyStoreSecretStore keyStore = new KeyStoreSecretStore(file, passwordFile, new SecureRandom());
    this.store = new CombinedSecretStore(keyStore, new KeystoreDirectory(directory));
    try {
      keyStore.check();
      LOG.info("secrets are kept in {}; keys and certificates are read in {}", file, directory);
    } catch (IllegalStateException e) {
      LOG.error("no secret can be read: {}", e.getMessage());
    }
  }

  @Override
  public Outcome put(String name, Kind kind, SecretBytes secret) {
    return store.put(name, kind, secret);
  }

  @Override
  public List<Outcome> putAll(List<NewSecret> secrets) {
    return store.putAll(secrets);
  }

  @Override
  public Optional<SecretBytes> get(String name, Kind kind) {
    return store.get(name, kind);
  }

  @Override
  public Outcome remove(String name) {
    return store.remove(name);
  }

  @Override
  public List<Listed> list() {
    return store.list();
  }
}
