package io.keyway.api.sa;

import io.keyway.api.key.SecretBytes;
import java.util.Objects;

/**
 * Keys of one SA. Whoever receives them by a method that says "ownership passes" closes them.
 *
 * @param encryption key, followed by the salt where the algorithm has one (RFC 4106 section 8.1)
 * @param integrity empty with an AEAD
 */
public record SaKeys(SecretBytes encryption, SecretBytes integrity) implements AutoCloseable {
  public SaKeys {
    Objects.requireNonNull(encryption, "encryption");
    Objects.requireNonNull(integrity, "integrity");
  }

  @Override
  public void close() {
    encryption.close();
    integrity.close();
  }

  /** Never the content. */
  @Override
  public String toString() {
    return "SaKeys[hidden]";
  }
}
