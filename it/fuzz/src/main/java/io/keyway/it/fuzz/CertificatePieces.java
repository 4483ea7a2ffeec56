package io.keyway.it.fuzz;

import io.keyway.api.ike.Identity;
import io.keyway.api.key.SecretBytes;
import io.keyway.ike.crypto.cert.Certificates;
import io.keyway.ike.crypto.cert.Chains;
import io.keyway.ike.crypto.cert.Crls;
import io.keyway.ike.crypto.cert.Fetcher;
import io.keyway.ike.crypto.cert.PrivateKeys;
import io.keyway.ike.crypto.cert.Revocation;
import io.keyway.ike.crypto.cert.RevocationPolicy;
import io.keyway.ike.crypto.cert.UnusableException;
import io.keyway.ike.crypto.sign.DigitalSignature;
import io.keyway.ike.engine.auth.Names;
import java.net.URI;
import java.security.GeneralSecurityException;
import java.security.cert.X509CRL;
import java.security.cert.X509Certificate;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Date;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;

/** One play of {@link X509Target}: what a peer and its servers say, and how it is judged. */
final class CertificatePieces {
  /** Kinds of pieces, by the number that an input names them with. */
  static final int CERTIFICATE = 0;

  static final int SIGNED_CERTIFICATE = 1;
  static final int CERTIFICATE_FROM_BELOW = 2;
  static final int LIST = 3;
  static final int SIGNED_LIST = 4;
  static final int FETCHED_LIST = 5;
  static final int SIGNED_FETCHED_LIST = 6;
  static final int OCSP = 7;
  static final int SIGNED_OCSP = 8;
  static final int FILE = 9;
  static final int PRIVATE_KEY = 10;
  static final int SIGNATURE = 11;
  private static final int KINDS = 12;

  static final Instant NOW = Instant.parse("2026-06-01T00:00:00Z");

  private static final byte[] OCSP_SUCCESSFUL = {0x0a, 0x01, 0x00};
  private static final byte[] OCSP_BASIC = HexFormat.of().parseHex("06092b0601050507300101");
  private static final int LONGEST_REASON = 4000;
  private static final Set<String> HOSTS = Set.of("crl.example", "ocsp.example");

  private final List<X509Certificate> certificates = new ArrayList<>();
  private final List<X509CRL> lists = new ArrayList<>();
  private final List<byte[]> fetchedLists = new ArrayList<>();
  private final List<byte[]> answers = new ArrayList<>();
  private final List<byte[]> signatures = new ArrayList<>();
  private int fetches;

  void add(int kind, byte[] octets) {
    switch (kind % KINDS) {
      case CERTIFICATE -> certificate(octets);
      case SIGNED_CERTIFICATE -> certificate(TestAuthority.signed(octets, false, new byte[0]));
      case CERTIFICATE_FROM_BELOW -> certificate(TestAuthority.signed(octets, true, new byte[0]));
      case LIST -> list(octets);
      case SIGNED_LIST -> {
        list(TestAuthority.signed(octets, false, new byte[0]));
      }
      case FETCHED_LIST -> fetchedLists.add(octets);
      case SIGNED_FETCHED_LIST -> {
        fetchedLists.add(TestAuthority.signed(octets, false, new byte[0]));
      }
      case OCSP -> answers.add(octets);
      case SIGNED_OCSP -> {
        answers.add(answer(TestAuthority.signed(octets, false, new byte[0])));
      }
      case FILE -> file(octets);
      case PRIVATE_KEY -> privateKey(octets);
      default -> signatures.add(octets);
    }
  }

  /** OCSPResponse around a BasicOCSPResponse (RFC 6960 section 4.2.1). */
  static byte[] answer(byte[] basic) {
    byte[] bytes = Der.value(0x30, OCSP_BASIC, Der.value(0x04, basic));
    return Der.value(0x30, OCSP_SUCCESSFUL, Der.value(0xa0, bytes));
  }

  private void certificate(byte[] der) {
    try {
      certificates.add(Certificates.read(der));
    } catch (UnusableException e) {
      reason(e.getMessage());
    }
  }

  private void list(byte[] octets) {
    try {
      lists.add(Crls.read(octets));
    } catch (UnusableException e) {
      reason(e.getMessage());
    }
  }

  private void file(byte[] octets) {
    try {
      certificates.addAll(Certificates.readAll(octets));
    } catch (UnusableException e) {
      reason(e.getMessage());
    }
  }

  private static void privateKey(byte[] octets) {
    try (SecretBytes secret = SecretBytes.copyOf(octets)) {
      Wire.require(PrivateKeys.read(secret) != null, "no key and no reason");
    } catch (UnusableException e) {
      reason(e.getMessage());
    }
  }

  // --- judging --------------------------------------------------------------------------------

  void judge() {
    if (certificates.isEmpty()) {
      return;
    }
    X509Certificate leaf = certificates.get(0);
    names(leaf);
    for (byte[] signature : signatures) {
      Optional<DigitalSignature> decoded = DigitalSignature.decode(signature);
      Wire.require(
          decoded.isEmpty()
              || !TestKeys.CRYPTO
                  .signatures()
                  .verify(decoded.get(), leaf.getPublicKey(), new byte[] {1, 2, 3}),
          "a signature of nobody is good");
    }
    Chains.Result result =
        Chains.validate(
            leaf,
            certificates.subList(1, certificates.size()),
            List.of(TestAuthority.CERTIFICATE),
            NOW,
            TestKeys.CRYPTO.signatures());
    if (result instanceof Chains.Result.Untrusted untrusted) {
      reason(untrusted.reason());
    } else if (result instanceof Chains.Result.Trusted trusted) {
      holds(trusted);
      revocation(trusted);
    }
  }

  private static void names(X509Certificate certificate) {
    for (Identity name : Names.of(certificate)) {
      Wire.require(!name.toString().isEmpty() || name.octets().length == 0, "a name without text");
    }
    reason(Names.problem(certificate, Identity.parse("gw.example")).orElse("it is"));
  }

  /** What the search and the JDK agreed on, looked at once more. */
  private static void holds(Chains.Result.Trusted trusted) {
    try {
      for (int i = 0; i < trusted.path().size(); i++) {
        X509Certificate certificate = trusted.path().get(i);
        X509Certificate issuer = trusted.issuer(i);
        certificate.checkValidity(Date.from(NOW));
        if (!certificate.equals(issuer)) {
          certificate.verify(issuer.getPublicKey());
          Wire.require(issuer.getBasicConstraints() >= 0, "issued by who is no authority");
        }
      }
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("trusted, but it does not hold", e);
    }
    Wire.require(trusted.anchor().equals(TestAuthority.CERTIFICATE), "another anchor");
  }

  private void revocation(Chains.Result.Trusted trusted) {
    for (RevocationPolicy.Level level : RevocationPolicy.Level.values()) {
      RevocationPolicy policy = new RevocationPolicy(level, HOSTS);
      Revocation revocation = new Revocation(new Served(), Clock.fixed(NOW, ZoneOffset.UTC));
      CompletableFuture<Optional<String>> judged = revocation.problem(trusted, policy, lists);
      Wire.require(judged.isDone(), "it never ends");
      judged.join().ifPresent(CertificatePieces::reason);
      boolean nobody = trusted.path().get(0).equals(trusted.anchor());
      Wire.require(
          level != RevocationPolicy.Level.STRICT || nobody || known() || judged.join().isPresent(),
          "good, and nobody said so");
    }
    Wire.require(fetches <= 3 * 2 * 3 * 10, fetches + " questions for one peer");
  }

  /** Seeds bring lists and answers that the authority did sign. */
  private boolean known() {
    return !lists.isEmpty() || !fetchedLists.isEmpty() || !answers.isEmpty();
  }

  /** Reasons go to logs and to people: some text, of one line, and not endless. */
  private static void reason(String text) {
    Wire.require(text != null && !text.isBlank(), "a refusal without a reason");
    Wire.require(text.length() < LONGEST_REASON, "a reason of " + text.length() + " characters");
    Wire.require(text.chars().noneMatch(Character::isISOControl), "a reason of several lines");
  }

  private final class Served implements Fetcher {
    @Override
    public CompletableFuture<byte[]> get(URI address) {
      return serve(address, fetchedLists);
    }

    @Override
    public CompletableFuture<byte[]> ocsp(URI address, byte[] request) {
      return serve(address, answers);
    }

    private CompletableFuture<byte[]> serve(URI address, List<byte[]> from) {
      fetches++;
      Wire.require(
          HOSTS.contains(address.getHost().toLowerCase(Locale.ROOT)),
          "somebody who is not on the list is asked");
      return from.isEmpty()
          ? CompletableFuture.failedFuture(new UnusableException("nothing is there"))
          : CompletableFuture.completedFuture(from.get(fetches % from.size()));
    }
  }
}
