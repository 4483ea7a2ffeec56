package io.keyway.ike.crypto;

import java.security.GeneralSecurityException;
import java.security.Provider;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;

/**
 * Picks a provider per algorithm: the first of a fixed order of preference that is present, may be
 * used, and gives the known answer. The orders come from measurement on one thread and include the
 * creation of objects; Bouncy Castle never does AES-GCM, the JDK never does elliptic curves unless
 * nothing else is right.
 */
final class ProviderTable {

  /** AEAD, CBC and HMAC. */
  static final List<ProviderFamily> SYMMETRIC =
      List.of(ProviderFamily.CORRETTO, ProviderFamily.JDK);

  /** ECDH on the NIST curves. */
  static final List<ProviderFamily> ECP =
      List.of(
          ProviderFamily.CORRETTO,
          ProviderFamily.CONSCRYPT,
          ProviderFamily.BOUNCY_CASTLE,
          ProviderFamily.JDK);

  /** X25519. */
  static final List<ProviderFamily> X25519 =
      List.of(ProviderFamily.CONSCRYPT, ProviderFamily.BOUNCY_CASTLE, ProviderFamily.JDK);

  /** RSA and Ed25519. */
  static final List<ProviderFamily> SIGNATURE =
      List.of(ProviderFamily.CORRETTO, ProviderFamily.JDK, ProviderFamily.BOUNCY_CASTLE);

  /** Diffie-Hellman on numbers. */
  static final List<ProviderFamily> MODP =
      List.of(ProviderFamily.JDK, ProviderFamily.BOUNCY_CASTLE);

  private final Set<ProviderFamily> allowed;
  private final List<ProviderChoice> choices = new ArrayList<>();

  ProviderTable(Set<ProviderFamily> allowed) {
    this.allowed = allowed;
  }

  static ProviderTable ofAll() {
    return new ProviderTable(EnumSet.allOf(ProviderFamily.class));
  }

  /** Makes an implementation on a provider. */
  interface Factory<T> {
    T create(Provider provider) throws GeneralSecurityException;
  }

  /** Throws, with the reason, when an implementation is wrong. */
  interface KnownAnswerTest<T> {
    void check(T implementation) throws GeneralSecurityException;
  }

  /**
   * Makes the preferred implementation that works.
   *
   * @throws CryptoUnavailableException when none does
   */
  <T> T choose(
      String name,
      String type,
      String jcaName,
      List<ProviderFamily> order,
      Factory<T> factory,
      KnownAnswerTest<T> test) {
    List<String> passedOver = new ArrayList<>();
    for (ProviderFamily family : order) {
      if (!allowed.contains(family)) {
        continue;
      }
      Provider provider = family.find(type, jcaName).orElse(null);
      if (provider == null) {
        passedOver.add(family + ": not present");
        continue;
      }
      try {
        T implementation = factory.create(provider);
        test.check(implementation);
        choices.add(
            new ProviderChoice(
                name, provider.getName() + " " + provider.getVersionStr(), passedOver));
        return implementation;
      } catch (GeneralSecurityException | RuntimeException | LinkageError e) {
        passedOver.add(family + ": " + e);
      }
    }
    throw new CryptoUnavailableException(
        "no provider computes "
            + name
            + " correctly on this machine ("
            + String.join("; ", passedOver)
            + "); use a JDK with SunJCE and SunEC and the bundle bcprov");
  }

  List<ProviderChoice> choices() {
    return List.copyOf(choices);
  }
}
