package io.keyway.ike.crypto.cert;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.URI;
import java.security.cert.X509CRL;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import org.bouncycastle.asn1.x509.KeyPurposeId;
import org.junit.jupiter.api.Test;

class RevocationTest {
  private static final String CRL = "http://crl.example/root.crl";
  private static final String OCSP = "http://ocsp.example:2560/";
  private static final Instant BEFORE = Pki.NOW.minusSeconds(60);
  private static final Instant AFTER = Pki.NOW.plusSeconds(7200);

  private Instant now = Pki.NOW;
  private final List<String> asked = new ArrayList<>();
  private final Map<String, byte[]> answers = new HashMap<>();
  private final Pki root = Pki.root("root");
  private final Pki plain = root.issue("plain");
  private final Pki byCrl = root.issue("by-crl", w -> w.crl = CRL);
  private final Pki byOcsp = root.issue("by-ocsp", w -> w.ocsp = OCSP);

  private final Revocation revocation =
      new Revocation(
          new Fetcher() {
            @Override
            public CompletableFuture<byte[]> get(URI address) {
              asked.add(address.toString());
              byte[] answer = answers.get(address.toString());
              return answer == null
                  ? CompletableFuture.failedFuture(
                      new UnusableException("no answer from " + address))
                  : CompletableFuture.completedFuture(answer);
            }

            @Override
            public CompletableFuture<byte[]> ocsp(URI address, byte[] request) {
              return get(address);
            }
          },
          new Clock() {
            @Override
            public ZoneId getZone() {
              return ZoneOffset.UTC;
            }

            @Override
            public Clock withZone(ZoneId zone) {
              return this;
            }

            @Override
            public Instant instant() {
              return now;
            }
          });

  private Optional<String> problem(Pki leaf, RevocationPolicy.Level level, X509CRL... lists) {
    return problem(leaf, level, Set.of("crl.example", "ocsp.example:2560"), lists);
  }

  private Optional<String> problem(
      Pki leaf, RevocationPolicy.Level level, Set<String> hosts, X509CRL... lists) {
    return revocation
        .problem(
            new Chains.Result.Trusted(List.of(leaf.certificate), root.certificate),
            new RevocationPolicy(level, hosts),
            List.of(lists))
        .join();
  }

  @Test
  void withoutAnyAddressOnlyStrictInsistsOnKnowing() {
    assertThat(problem(plain, RevocationPolicy.Level.RELAXED)).isEmpty();
    assertThat(problem(plain, RevocationPolicy.Level.IFURI)).isEmpty();
    assertThat(problem(plain, RevocationPolicy.Level.STRICT).orElseThrow())
        .contains("CN=plain")
        .contains("x509crl")
        .contains("strict");
  }

  @Test
  void aListOfTheOperatorCounts() {
    assertThat(problem(plain, RevocationPolicy.Level.STRICT, root.crl())).isEmpty();
    assertThat(problem(plain, RevocationPolicy.Level.RELAXED, root.crl(plain)).orElseThrow())
        .contains("was revoked at");
  }

  @Test
  void aListThatEndedOrIsForgedIsNoList() {
    X509CRL old = root.crl(BEFORE.minusSeconds(9000), BEFORE.minusSeconds(900));
    assertThat(problem(plain, RevocationPolicy.Level.STRICT, old).orElseThrow()).contains("ended");
    X509CRL forged = Pki.root("root").crl();
    assertThat(problem(plain, RevocationPolicy.Level.STRICT, forged).orElseThrow())
        .contains("not signed by");
    // Nor can a forged one take a certificate away.
    assertThat(problem(plain, RevocationPolicy.Level.RELAXED, Pki.root("root").crl(plain)))
        .isEmpty();
  }

  @Test
  void aListIsFetchedOnceAndAgainWhenItIsOld() throws Exception {
    answers.put(CRL, root.crl(BEFORE, AFTER).getEncoded());
    assertThat(problem(byCrl, RevocationPolicy.Level.STRICT)).isEmpty();
    answers.put(CRL, root.crl(BEFORE, AFTER, byCrl).getEncoded());
    assertThat(problem(byCrl, RevocationPolicy.Level.STRICT)).isEmpty();
    assertThat(asked).containsExactly(CRL);

    now = Pki.NOW.plus(Duration.ofMinutes(61));
    assertThat(problem(byCrl, RevocationPolicy.Level.RELAXED).orElseThrow()).contains("CRL");
  }

  @Test
  void aHostThatIsNotAllowedIsNeverAsked() throws Exception {
    answers.put(CRL, root.crl(BEFORE, AFTER, byCrl).getEncoded());
    assertThat(problem(byCrl, RevocationPolicy.Level.RELAXED, Set.of("other.example"))).isEmpty();
    assertThat(problem(byCrl, RevocationPolicy.Level.IFURI, Set.of("other.example")).orElseThrow())
        .contains("crl.example")
        .contains("revocation-host");
    // The port is part of the place.
    assertThat(problem(byOcsp, RevocationPolicy.Level.IFURI, Set.of("ocsp.example"))).isPresent();
    assertThat(asked).isEmpty();
  }

  @Test
  void aFailureIsNotTriedAgainAtOnce() {
    assertThat(problem(byCrl, RevocationPolicy.Level.RELAXED)).isEmpty();
    assertThat(problem(byCrl, RevocationPolicy.Level.IFURI).orElseThrow()).contains("no answer");
    assertThat(asked).hasSize(1);
    now = Pki.NOW.plusSeconds(31);
    problem(byCrl, RevocationPolicy.Level.RELAXED);
    assertThat(asked).hasSize(2);
  }

  @Test
  void ocspOfTheAuthorityItselfCounts() {
    answers.put(OCSP, root.ocsp(root, byOcsp, false, BEFORE, AFTER));
    assertThat(problem(byOcsp, RevocationPolicy.Level.STRICT)).isEmpty();
    now = Pki.NOW.plusSeconds(601);
    answers.put(OCSP, root.ocsp(root, byOcsp, true, BEFORE, AFTER));
    assertThat(problem(byOcsp, RevocationPolicy.Level.RELAXED).orElseThrow()).contains("OCSP");
  }

  @Test
  void ocspOfAnAppointedResponderCountsAndOfAnotherDoesNot() {
    Pki responder = root.issue("responder", w -> w.purpose = KeyPurposeId.id_kp_OCSPSigning);
    answers.put(OCSP, responder.ocsp(root, byOcsp, true, BEFORE, AFTER));
    assertThat(problem(byOcsp, RevocationPolicy.Level.RELAXED)).isPresent();

    now = Pki.NOW.plusSeconds(601);
    Pki usurper = root.issue("usurper");
    answers.put(OCSP, usurper.ocsp(root, byOcsp, false, BEFORE, AFTER));
    assertThat(problem(byOcsp, RevocationPolicy.Level.STRICT).orElseThrow()).contains("not signed");
    now = now.plusSeconds(31);
    Pki foreign =
        Pki.root("root").issue("responder", w -> w.purpose = KeyPurposeId.id_kp_OCSPSigning);
    answers.put(OCSP, foreign.ocsp(root, byOcsp, false, BEFORE, AFTER));
    assertThat(problem(byOcsp, RevocationPolicy.Level.STRICT)).isPresent();
  }

  @Test
  void ocspAboutAnotherOrOfAnotherTimeSaysNothing() {
    answers.put(OCSP, root.ocsp(root, plain, false, BEFORE, AFTER));
    assertThat(problem(byOcsp, RevocationPolicy.Level.IFURI).orElseThrow())
        .contains("about another certificate");
    now = Pki.NOW.plusSeconds(31);
    answers.put(
        OCSP, root.ocsp(root, byOcsp, false, BEFORE.minusSeconds(9000), BEFORE.minusSeconds(900)));
    assertThat(problem(byOcsp, RevocationPolicy.Level.IFURI).orElseThrow())
        .contains("of another time");
    now = Pki.NOW.plusSeconds(62);
    answers.put(OCSP, new byte[] {0x30, 3, 10, 1, 0});
    assertThat(problem(byOcsp, RevocationPolicy.Level.IFURI)).isPresent();
  }

  @Test
  void intermediatesAreAskedFor() throws Exception {
    Pki middle =
        root.issue(
            "middle",
            w -> {
              w.authority();
              w.crl = CRL;
            });
    Pki leaf = middle.issue("gw");
    answers.put(CRL, root.crl(BEFORE, AFTER, middle).getEncoded());
    Chains.Result.Trusted chain =
        new Chains.Result.Trusted(List.of(leaf.certificate, middle.certificate), root.certificate);

    assertThat(
            revocation
                .problem(
                    chain,
                    new RevocationPolicy(RevocationPolicy.Level.RELAXED, Set.of("crl.example")),
                    List.of())
                .join()
                .orElseThrow())
        .contains("CN=middle")
        .contains("revoked");
  }
}
