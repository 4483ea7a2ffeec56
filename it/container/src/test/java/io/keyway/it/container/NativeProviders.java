package io.keyway.it.container;

import java.net.URISyntaxException;
import java.nio.file.Path;
import java.util.List;

/** The jars that an operator may add (docs/algorithms.md). */
final class NativeProviders {
  private NativeProviders() {}

  static List<Path> jars() {
    return List.of(
        jarOf("com.amazon.corretto.crypto.provider.AmazonCorrettoCryptoProvider"),
        jarOf("org.conscrypt.OpenSSLProvider"));
  }

  /** Found without running anything of it. */
  private static Path jarOf(String className) {
    try {
      Class<?> type = Class.forName(className, false, NativeProviders.class.getClassLoader());
      return Path.of(type.getProtectionDomain().getCodeSource().getLocation().toURI());
    } catch (ClassNotFoundException | URISyntaxException e) {
      throw new IllegalStateException(className + " is not on the class path of the tests", e);
    }
  }
}
