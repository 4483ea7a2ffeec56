package io.keyway.it.interop;

import static org.assertj.core.api.Assertions.assertThat;

import io.keyway.it.interop.Matrix.Ip;
import io.keyway.it.interop.Matrix.Row;
import io.keyway.it.interop.Peers.Side;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Every signature that strongSwan knows, old and new, in both roles. */
@Interop
class CertificatesIT {

  private static final String LEFT = "left.example";
  private static final String RIGHT = "right.example";
  private static final Map<String, String> OLD = Map.of("signature_authentication", "no");

  /**
   * A scheme.
   *
   * @param key for {@link Authority}
   * @param signature of Keyway's configuration; empty: none is named
   * @param auth of charon's
   * @param logged how charon calls it
   */
  private record Scheme(
      String what,
      String key,
      String signature,
      String auth,
      String logged,
      Map<String, String> daemon) {}

  private static Scheme scheme(String what, String key, String sig, String auth, String logged) {
    return new Scheme(what, key, sig, auth, logged, Map.of());
  }

  private static final List<Scheme> SCHEMES =
      List.of(
          scheme("RSA 2048, RFC 7427", "rsa-2048", "", "pubkey", "RSA_EMSA_PKCS1_SHA2_256"),
          scheme("RSA 4096, SHA-512", "rsa-4096", "rsa-sha512", "rsa-4096-sha512", "SHA2_512"),
          scheme(
              "RSA-PSS, SHA-256", "rsa-2048", "rsa-pss-sha256", "rsa/pss-sha256", "PSS_SHA2_256"),
          scheme(
              "RSA-PSS, SHA-384", "rsa-3072", "rsa-pss-sha384", "rsa/pss-sha384", "PSS_SHA2_384"),
          scheme(
              "RSA-PSS, SHA-512", "rsa-4096", "rsa-pss-sha512", "rsa/pss-sha512", "PSS_SHA2_512"),
          scheme("ECDSA P-256, RFC 7427", "ecdsa-256", "", "pubkey", "ECDSA_WITH_SHA256_DER"),
          scheme("ECDSA P-384, RFC 7427", "ecdsa-384", "", "pubkey", "ECDSA_WITH_SHA384_DER"),
          scheme("ECDSA P-521, RFC 7427", "ecdsa-521", "", "pubkey", "ECDSA_WITH_SHA512_DER"),
          scheme("Ed25519, RFC 8420", "ed25519", "", "pubkey", "ED25519"),
          new Scheme("ECDSA P-256, method 9", "ecdsa-256", "", "pubkey", "ECDSA-256", OLD),
          new Scheme("ECDSA P-384, method 10", "ecdsa-384", "", "pubkey", "ECDSA-384", OLD),
          new Scheme("ECDSA P-521, method 11", "ecdsa-521", "", "pubkey", "ECDSA-521", OLD),
          new Scheme("RSA, method 1", "rsa-2048", "rsa-sha1", "pubkey", "RSA signature", OLD));

  static Stream<Arguments> schemes() {
    List<Arguments> all = new ArrayList<>();
    for (Scheme scheme : SCHEMES) {
      for (Side side : Side.values()) {
        all.add(Arguments.of(scheme.what(), Ip.V4, side, scheme));
      }
    }
    all.add(Arguments.of(SCHEMES.get(6).what(), Ip.V6, Side.KEYWAY, SCHEMES.get(6)));
    all.add(Arguments.of(SCHEMES.get(0).what(), Ip.V6, Side.CHARON, SCHEMES.get(0)));
    return all.stream();
  }

  private static UnaryOperator<SwanctlConf> keyway(String signature) {
    return c ->
        names(c, LEFT, RIGHT)
            .local("auth", "pubkey")
            .local("certs", "left")
            .remote("auth", "pubkey")
            .connection("signature", signature);
  }

  private static UnaryOperator<SwanctlConf> charon(String auth) {
    return c ->
        names(c, RIGHT, LEFT)
            .local("auth", auth)
            .local("certs", "right.pem")
            .remote("auth", "pubkey");
  }

  private static SwanctlConf names(SwanctlConf conf, String local, String remote) {
    return conf.localId(local).remoteId(remote);
  }

  @ParameterizedTest(name = "{0} {1} {2}")
  @MethodSource("schemes")
  void bothSidesSign(String what, Ip ip, Side initiator, Scheme scheme, Lab lab) {
    Authority root = Authority.root(lab, "root");
    root.certificate("left", scheme.key(), "--san", LEFT);
    root.certificate("right", scheme.key(), "--san", RIGHT);
    root.give(lab.left(), "left");
    root.give(lab.right(), "right");
    Authority.trust(lab.left(), root);
    Authority.trust(lab.right(), root);
    Row row = new Row(what, ip, keyway(scheme.signature()), charon(scheme.auth()), scheme.daemon());

    Peers peers = Matrix.start(lab, row);
    peers.awaitOnly(peers.up(initiator), row.ip());

    assertThat(peers.charon().log())
        .containsPattern("authentication of '" + LEFT + "' with .*" + scheme.logged())
        .containsPattern(
            "authentication of '" + RIGHT + "' \\(myself\\) with .*" + scheme.logged());
    Matrix.passed("certificates", row, initiator);
  }

  static Stream<Arguments> arrangements() {
    return Stream.of(
            "over an intermediate authority",
            "a certificate here, a key there",
            "a key here, a certificate there",
            "distinguished names",
            "names of mail",
            "addresses")
        .flatMap(w -> Stream.of(Side.values()).map(s -> Arguments.of(w, s)));
  }

  @ParameterizedTest(name = "{0} {1}")
  @MethodSource("arrangements")
  void arrangementsOfTrustAndNames(String what, Side initiator, Lab lab) {
    String left = LEFT;
    String right = RIGHT;
    if (what.startsWith("distinguished")) {
      left = "C=CH, O=Keyway, CN=left";
      right = "C=CH, O=Keyway, CN=right";
    } else if (what.endsWith("mail")) {
      left = "left@example.org";
      right = "right@example.org";
    } else if (what.equals("addresses")) {
      left = lab.left().address();
      right = lab.right().address();
    }
    Authority root = Authority.root(lab, "root");
    Authority issuer = what.contains("intermediate") ? root.below("middle") : root;
    boolean alternative = !left.contains("=");
    issuer.certificate("left", "ecdsa-256", alternative ? new String[] {"--san", left} : none());
    issuer.certificate("right", "ecdsa-256", alternative ? new String[] {"--san", right} : none());
    issuer.give(lab.left(), "left");
    issuer.give(lab.right(), "right");
    Authority.trust(lab.left(), root);
    Authority.trust(lab.right(), root);
    if (issuer != root) {
      // Each has the intermediate one of its own chain, and must send it: the trust is in the root.
      Authority.trust(lab.left(), issuer);
      Authority.trust(lab.right(), issuer);
    }
    String ours = what.startsWith("a key here") ? "psk" : "pubkey";
    String theirs = what.endsWith("a key there") ? "psk" : "pubkey";
    String leftId = left;
    String rightId = right;
    Row row =
        new Row(
            what,
            Ip.V4,
            c ->
                names(c, leftId, rightId)
                    .local("auth", ours)
                    .local("certs", "left")
                    .remote("auth", theirs)
                    .remote("cacerts", "root"),
            c -> {
              names(c, rightId, leftId).local("auth", theirs).remote("auth", ours);
              return theirs.equals("pubkey") ? c.local("certs", "right.pem") : c;
            },
            Map.of());

    Peers peers = Matrix.start(lab, row);
    peers.awaitOnly(peers.up(initiator));

    Matrix.passed("trust and names", row, initiator);
  }

  private static String[] none() {
    return new String[0];
  }
}
