package io.keyway.ike.crypto;

import java.lang.reflect.InvocationTargetException;
import java.security.Provider;
import java.security.Security;
import java.util.List;
import java.util.Optional;
import org.bouncycastle.jce.provider.BouncyCastleProvider;

/**
 * The places where an algorithm may come from. The native ones are optional: they are looked up by
 * name, so that their absence is an empty result and not a missing class.
 */
enum ProviderFamily {
  /** What the JDK ships, always present. */
  JDK {
    @Override
    Optional<Provider> find(String type, String algorithm) {
      return List.of("SunJCE", "SunEC", "SunRsaSign").stream()
          .map(Security::getProvider)
          .filter(p -> p != null && offers(p, type, algorithm))
          .findFirst();
    }
  },
  /** Portable Java, always present; faster than the JDK 17 on elliptic curves, slow on AES-GCM. */
  BOUNCY_CASTLE {
    @Override
    Optional<Provider> find(String type, String algorithm) {
      return Optional.of(BouncyCastleHolder.PROVIDER)
          .filter(p -> type.equals("Provider") || offers(p, type, algorithm));
    }
  },
  /** Amazon Corretto Crypto Provider, native. */
  CORRETTO {
    @Override
    Optional<Provider> find(String type, String algorithm) {
      return CorrettoHolder.PROVIDER.filter(p -> offers(p, type, algorithm));
    }
  },
  /** Conscrypt (BoringSSL), native. */
  CONSCRYPT {
    @Override
    Optional<Provider> find(String type, String algorithm) {
      return ConscryptHolder.PROVIDER.filter(p -> offers(p, type, algorithm));
    }
  };

  /** The provider of this family that offers {@code algorithm}; empty when it is not there. */
  abstract Optional<Provider> find(String type, String algorithm);

  private static boolean offers(Provider provider, String type, String algorithm) {
    // A cipher's transformation is registered as a whole by some and by its first word by others.
    return provider.getService(type, algorithm) != null
        || provider.getService(type, algorithm.split("/")[0]) != null;
  }

  private static final class BouncyCastleHolder {
    /** The container's instance if it registered one, else our own, which stays unregistered. */
    static final Provider PROVIDER =
        Optional.ofNullable(Security.getProvider(BouncyCastleProvider.PROVIDER_NAME))
            .orElseGet(BouncyCastleProvider::new);
  }

  private static final class CorrettoHolder {
    static final Optional<Provider> PROVIDER =
        loadNative(
            "AmazonCorrettoCryptoProvider",
            "com.amazon.corretto.crypto.provider.AmazonCorrettoCryptoProvider");
  }

  private static final class ConscryptHolder {
    static final Optional<Provider> PROVIDER =
        loadNative("Conscrypt", "org.conscrypt.OpenSSLProvider");
  }

  private static Optional<Provider> loadNative(String name, String className) {
    Provider registered = Security.getProvider(name);
    if (registered != null) {
      return Optional.of(registered);
    }
    try {
      Class<?> type = Class.forName(className, true, ProviderFamily.class.getClassLoader());
      return Optional.of((Provider) type.getConstructor().newInstance());
    } catch (ReflectiveOperationException | LinkageError | RuntimeException absent) {
      if (absent instanceof InvocationTargetException e && e.getCause() instanceof Error cause) {
        if (!(cause instanceof LinkageError)) {
          throw cause;
        }
      }
      // No jar, or no native library for this platform: the portable provider serves.
      return Optional.empty();
    }
  }
}
