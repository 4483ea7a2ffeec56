package io.keyway.it.interop;

import io.keyway.it.interop.Peers.Side;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** How trust may be arranged, and what names certificates may have; in both roles. */
@Interop
class CertificatesIT {

  private static final String LEFT = SignatureFeatures.LEFT;
  private static final String RIGHT = SignatureFeatures.RIGHT;

  private static SwanctlConf names(SwanctlConf conf, String local, String remote) {
    return conf.localId(local).remoteId(remote);
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
    Peers peers =
        Peers.start(
            lab,
            c ->
                names(c, leftId, rightId)
                    .local("auth", ours)
                    .local("certs", "left")
                    .remote("auth", theirs)
                    .remote("cacerts", "root"),
            c -> {
              names(c, rightId, leftId).local("auth", theirs).remote("auth", ours);
              return theirs.equals("pubkey") ? c.local("certs", "right.pem") : c;
            });
    peers.awaitOnly(peers.up(initiator));

    Matrix.passed("Trust and names", what, initiator, Matrix.Way.V4);
  }

  private static String[] none() {
    return new String[0];
  }
}
