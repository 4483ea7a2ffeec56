package io.keyway.ike.crypto;

import java.security.GeneralSecurityException;
import java.security.Provider;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * Picks a provider per algorithm. All that are present, may be used and give the known answer are
 * measured. The first of a fixed order of preference is taken unless another one is clearly faster
 * on this machine: a few milliseconds of measurement of code that is not compiled yet are no reason
 * to prefer one that is about as fast.
 */
final class ProviderTable {

  /** HMAC, CBC and GCM; Bouncy Castle would be twenty times slower. */
  static final List<ProviderFamily> SYMMETRIC =
      List.of(ProviderFamily.CORRETTO, ProviderFamily.JDK);

  /** ChaCha20-Poly1305. */
  static final List<ProviderFamily> CHACHA =
      List.of(ProviderFamily.JDK, ProviderFamily.BOUNCY_CASTLE);

  /** What nobody else has. */
  static final List<ProviderFamily> PORTABLE = List.of(ProviderFamily.BOUNCY_CASTLE);

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

  /** RSA. */
  static final List<ProviderFamily> RSA =
      List.of(ProviderFamily.CORRETTO, ProviderFamily.JDK, ProviderFamily.BOUNCY_CASTLE);

  /** Ed25519, at which the JDK 17 takes ten times as long as Bouncy Castle. */
  static final List<ProviderFamily> ED25519 =
      List.of(ProviderFamily.CORRETTO, ProviderFamily.BOUNCY_CASTLE, ProviderFamily.JDK);

  /** X448. */
  static final List<ProviderFamily> X448 =
      List.of(ProviderFamily.BOUNCY_CASTLE, ProviderFamily.JDK);

  /** Diffie-Hellman on numbers. */
  static final List<ProviderFamily> MODP =
      List.of(ProviderFamily.JDK, ProviderFamily.BOUNCY_CASTLE);

  /** How many times faster another one must be to go before the order of preference. */
  private static final int CLEARLY = 2;

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

  /** One operation, to be measured. */
  interface Operation<T> {
    void run(T implementation) throws GeneralSecurityException;
  }

  private record Tried<T>(Optional<T> implementation, ProviderChoice.Candidate candidate) {}

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
      KnownAnswerTest<T> test,
      Operation<T> operation) {
    return offer(name, type, jcaName, order, factory, test, operation)
        .orElseThrow(this::lastMissing);
  }

  /** That the last algorithm that was asked for is missing. */
  CryptoUnavailableException lastMissing() {
    return missing(choices.get(choices.size() - 1));
  }

  /** The same for an algorithm that may be missing. */
  synchronized <T> Optional<T> offer(
      String name,
      String type,
      String jcaName,
      List<ProviderFamily> order,
      Factory<T> factory,
      KnownAnswerTest<T> test,
      Operation<T> operation) {
    List<Tried<T>> tried = new ArrayList<>();
    for (ProviderFamily family : order) {
      if (allowed.contains(family)) {
        tried.add(attempt(family, family.find(type, jcaName), factory, test, operation));
      }
    }
    Tried<T> best = null;
    for (Tried<T> one : tried) {
      if (one.implementation().isPresent()
          && (best == null || one.candidate().nanos() * CLEARLY < best.candidate().nanos())) {
        best = one;
      }
    }
    choices.add(
        new ProviderChoice(
            name,
            best == null ? "" : best.candidate().name(),
            tried.stream().map(Tried::candidate).toList()));
    return best == null ? Optional.empty() : best.implementation();
  }

  private static <T> Tried<T> attempt(
      ProviderFamily family,
      Optional<Provider> provider,
      Factory<T> factory,
      KnownAnswerTest<T> test,
      Operation<T> operation) {
    if (provider.isEmpty()) {
      return refused(family.name(), "not present");
    }
    String name = provider.get().getName() + " " + provider.get().getVersionStr();
    try {
      T implementation = factory.create(provider.get());
      test.check(implementation);
      long nanos = Stopwatch.best(() -> operation.run(implementation));
      return new Tried<>(
          Optional.of(implementation),
          new ProviderChoice.Candidate(name, true, "known answer", nanos));
    } catch (GeneralSecurityException | RuntimeException | LinkageError e) {
      return refused(name, e.toString());
    }
  }

  private static <T> Tried<T> refused(String name, String why) {
    return new Tried<>(Optional.empty(), new ProviderChoice.Candidate(name, false, why, 0));
  }

  private static CryptoUnavailableException missing(ProviderChoice choice) {
    List<String> reasons = new ArrayList<>();
    choice.candidates().forEach(c -> reasons.add(c.name() + ": " + c.verdict()));
    return new CryptoUnavailableException(
        "no provider computes "
            + choice.algorithm()
            + " correctly on this machine ("
            + String.join("; ", reasons)
            + "); use a JDK with SunJCE and SunEC and the bundle bcprov");
  }

  synchronized List<ProviderChoice> choices() {
    return List.copyOf(choices);
  }
}
