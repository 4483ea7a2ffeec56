package io.keyway.plane.support.settings;

import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;

/**
 * Mutual TLS towards a device.
 *
 * @param enabled false: clear text, keys included; for loopback only
 * @param caFile authorities that the device's certificate must come from (PEM)
 * @param certificateFile our certificate (PEM)
 * @param privateKeyFile our private key (PEM, PKCS #8)
 * @param serverName name that the device's certificate must carry, when it is not the address
 * @param warnBefore how long before its end a certificate becomes a warning
 */
public record TlsSettings(
    boolean enabled,
    Optional<Path> caFile,
    Optional<Path> certificateFile,
    Optional<Path> privateKeyFile,
    Optional<String> serverName,
    Duration warnBefore) {

  /** Certificates of infrap4d's own script live 30 days. */
  public static final Duration WARN_BEFORE = Duration.ofDays(7);

  public TlsSettings(
      boolean enabled,
      Optional<Path> caFile,
      Optional<Path> certificateFile,
      Optional<Path> privateKeyFile,
      Optional<String> serverName) {
    this(enabled, caFile, certificateFile, privateKeyFile, serverName, WARN_BEFORE);
  }

  /** No TLS at all. */
  public static final TlsSettings PLAINTEXT =
      new TlsSettings(
          false, Optional.empty(), Optional.empty(), Optional.empty(), Optional.empty());
}
