package io.keyway.ike.engine.auth;

import io.keyway.api.Outcome;
import io.keyway.api.Result;
import io.keyway.api.key.SecretBytes;
import io.keyway.api.store.SecretStore;
import io.keyway.api.store.SecretStore.Kind;
import io.keyway.ike.crypto.cert.Certificates;
import io.keyway.ike.crypto.cert.Crls;
import io.keyway.ike.crypto.cert.PrivateKeys;
import io.keyway.ike.crypto.cert.UnusableException;
import io.keyway.ike.crypto.sign.SignatureScheme;
import io.keyway.ike.crypto.sign.SignatureScheme.KeyKind;
import io.keyway.ike.crypto.sign.Signatures;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.PrivateKey;
import java.security.cert.X509CRL;
import java.security.cert.X509Certificate;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.function.Function;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Keys and certificates of the secret store, read where reading may take its time. */
final class CredentialStore {
  private static final Logger LOG = LoggerFactory.getLogger(CredentialStore.class);

  private final Supplier<Optional<SecretStore>> store;
  private final Executor blocking;
  private final Signatures signatures;
  private final Fresh<List<String>, Result<OwnCredential>> own;
  private final Fresh<List<String>, Result<Trust>> trust;

  CredentialStore(
      Supplier<Optional<SecretStore>> store,
      Executor blocking,
      Signatures signatures,
      Clock clock) {
    this.store = store;
    this.blocking = blocking;
    this.signatures = signatures;
    own = new Fresh<>(clock, names -> read(s -> own(s, names.get(0), names.get(1))));
    trust = new Fresh<>(clock, names -> read(s -> trust(s, names)));
  }

  /** A key that both sides know, which the caller owns. */
  CompletableFuture<Result<SecretBytes>> sharedKey(String name, Kind kind) {
    String what = kind == Kind.PPK ? "PPK" : "pre-shared key";
    return read(
        s -> {
          Optional<SecretBytes> secret = s.get(name, kind);
          if (secret.isEmpty()) {
            return refused(
                "there is no " + what + " named '" + name + "' in the secret store; put it there");
          }
          return secret.get().length() == 0
              ? refused(what + " '" + name + "' is empty")
              : Result.ok(secret.get());
        });
  }

  /** A password for EAP, which the caller owns; ABSENT when there is none of that name. */
  CompletableFuture<Result<SecretBytes>> eapPassword(String name) {
    return read(
        s ->
            s.get(name, Kind.EAP_PASSWORD)
                .map(Result::ok)
                .orElseGet(
                    () ->
                        Result.failed(
                            Outcome.absent(
                                "there is no EAP password named '"
                                    + name
                                    + "' in the secret store; put it there"))));
  }

  /** Our certificate with its key. */
  CompletableFuture<Result<OwnCredential>> own(String certificate, String privateKey) {
    List<String> names = List.of(certificate, privateKey);
    return own.get(names)
        .thenApply(
            result -> {
              if (!result.done()) {
                own.forget(names);
              }
              return result;
            });
  }

  /** Whom we trust. */
  CompletableFuture<Result<Trust>> trust(List<String> authorities) {
    return trust
        .get(authorities)
        .thenApply(
            result -> {
              if (!result.done()) {
                trust.forget(authorities);
              }
              return result;
            });
  }

  /** What was known a moment ago, for who cannot wait. */
  Optional<Trust> trustNow(List<String> authorities) {
    return trust.now(authorities).flatMap(Result::value);
  }

  private <T> CompletableFuture<Result<T>> read(Function<SecretStore, Result<T>> reader) {
    Optional<SecretStore> service = store.get();
    if (service.isEmpty()) {
      return CompletableFuture.completedFuture(
          Result.failed(Outcome.unavailable("waiting for service secrets")));
    }
    try {
      return CompletableFuture.supplyAsync(() -> reader.apply(service.get()), blocking)
          .exceptionally(
              e -> {
                Throwable cause = e.getCause() == null ? e : e.getCause();
                return Result.failed(
                    Outcome.unavailable("the secret store failed: " + cause.getMessage()));
              });
    } catch (RejectedExecutionException e) {
      return CompletableFuture.completedFuture(
          Result.failed(Outcome.unavailable("too many secrets are being read; try again")));
    }
  }

  private Result<OwnCredential> own(SecretStore s, String certificateName, String keyName) {
    Optional<SecretBytes> file = s.get(certificateName, Kind.CERTIFICATE);
    if (file.isEmpty()) {
      return refused(
          "there is no certificate '"
              + certificateName
              + "'; put it into x509 of the keystore directory, or into the secret store");
    }
    Optional<SecretBytes> secret = s.get(keyName, Kind.PRIVATE_KEY);
    if (secret.isEmpty()) {
      file.get().close();
      return refused(
          "there is no private key '"
              + keyName
              + "'; put it into private of the keystore directory, or into the secret store");
    }
    List<X509Certificate> chain;
    try (SecretBytes octets = file.get()) {
      chain = Certificates.readAll(octets.read(byte[]::clone));
    } catch (UnusableException e) {
      secret.get().close();
      return refused("certificate '" + certificateName + "' cannot be used: " + e.getMessage());
    }
    try (SecretBytes octets = secret.get()) {
      PrivateKey key = PrivateKeys.read(octets);
      return belong(key, chain.get(0))
          ? Result.ok(new OwnCredential(chain, key))
          : refused(
              "private key '"
                  + keyName
                  + "' is not the key of certificate '"
                  + certificateName
                  + "' ("
                  + Certificates.name(chain.get(0))
                  + ")");
    } catch (UnusableException e) {
      return refused("private key '" + keyName + "' cannot be used: " + e.getMessage());
    }
  }

  private boolean belong(PrivateKey key, X509Certificate certificate) {
    byte[] probe = "does the key fit the certificate".getBytes(StandardCharsets.US_ASCII);
    Optional<KeyKind> kind = KeyKind.of(key);
    if (kind.isEmpty()) {
      return false;
    }
    SignatureScheme scheme =
        switch (kind.get()) {
          case RSA -> SignatureScheme.RSA_SHA256;
          case EC -> SignatureScheme.ECDSA_SHA256;
          case ED25519 -> SignatureScheme.ED25519;
        };
    try {
      byte[] signature = signatures.sign(scheme, key, probe);
      return signatures.verify(
          new io.keyway.ike.crypto.sign.DigitalSignature(scheme, 32, signature),
          certificate.getPublicKey(),
          probe);
    } catch (GeneralSecurityException e) {
      return false;
    }
  }

  private static Result<Trust> trust(SecretStore s, List<String> names) {
    List<X509Certificate> known = new ArrayList<>();
    List<X509Certificate> trusted = new ArrayList<>();
    List<X509CRL> lists = new ArrayList<>();
    List<String> missing = new ArrayList<>(names);
    for (SecretStore.Listed each : s.list()) {
      if (each.kind() == Kind.CA_CERTIFICATE) {
        List<X509Certificate> read = authorities(s, each.name());
        known.addAll(read);
        if (names.isEmpty() || names.contains(each.name())) {
          trusted.addAll(read);
          missing.remove(each.name());
        }
      } else if (each.kind() == Kind.CRL) {
        list(s, each.name()).ifPresent(lists::add);
      }
    }
    for (String name : List.copyOf(missing)) {
      // The store may know a file by a shorter name than it lists.
      List<X509Certificate> read = authorities(s, name);
      if (!read.isEmpty()) {
        trusted.addAll(read);
        missing.remove(name);
      }
    }
    if (!missing.isEmpty()) {
      return refused(
          "there is no usable certificate of an authority '"
              + String.join("', '", missing)
              + "'; put it into x509ca of the keystore directory, or into the secret store");
    }
    return Result.ok(new Trust(trusted, known, lists));
  }

  /** One file that cannot be read must not keep the others from being trusted. */
  private static List<X509Certificate> authorities(SecretStore s, String name) {
    try (SecretBytes octets = s.get(name, Kind.CA_CERTIFICATE).orElseGet(SecretBytes::empty)) {
      return octets.length() == 0 ? List.of() : Certificates.readAll(octets.read(byte[]::clone));
    } catch (UnusableException | IllegalStateException e) {
      LOG.warn("certificate of an authority '{}' is passed over: {}", name, e.getMessage());
      return List.of();
    }
  }

  private static Optional<X509CRL> list(SecretStore s, String name) {
    try (SecretBytes octets = s.get(name, Kind.CRL).orElseGet(SecretBytes::empty)) {
      return octets.length() == 0
          ? Optional.empty()
          : Optional.of(Crls.read(octets.read(byte[]::clone)));
    } catch (UnusableException | IllegalStateException e) {
      LOG.warn("CRL '{}' is passed over: {}", name, e.getMessage());
      return Optional.empty();
    }
  }

  private static <T> Result<T> refused(String reason) {
    return Result.failed(Outcome.refused(reason));
  }
}
