package io.keyway.it.interop;

import static org.assertj.core.api.Assertions.assertThat;

import io.keyway.it.interop.Peers.Side;
import io.keyway.it.kit.lab.Await;
import io.keyway.it.kit.lab.Exec;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Certificates that must not open the door, and what both ends say about each. */
@Interop
class CertificateRefusalsIT {

  private static final String LEFT = "left.example";
  private static final String RIGHT = "right.example";

  /** Both sides good, until a test spoils something. */
  private final class Setup {
    final Lab lab;
    final Authority root;
    SwanctlConf ours;
    SwanctlConf theirs;
    Map<String, String> daemon = Map.of();

    Setup(Lab lab) {
      this.lab = lab;
      root = Authority.root(lab, "root");
      root.certificate("left", "ecdsa-256", "--san", LEFT);
      root.give(lab.left(), "left");
      Authority.trust(lab.left(), root);
      Authority.trust(lab.right(), root);
      ours = side(lab.left(), lab.right(), LEFT, RIGHT, "left");
      theirs = side(lab.right(), lab.left(), RIGHT, LEFT, "right.pem");
    }

    private SwanctlConf side(
        Lab.Side local, Lab.Side remote, String id, String peer, String certificate) {
      return SwanctlConf.cnr(local, remote)
          .localId(id)
          .remoteId(peer)
          .local("auth", "pubkey")
          .local("certs", certificate)
          .remote("auth", "pubkey");
    }

    void right(String... options) {
      right(root, "ecdsa-256", options);
    }

    void right(Authority issuer, String kind, String... options) {
      issuer.certificate("right", kind, options);
      issuer.give(lab.right(), "right");
    }

    Peers start() {
      return Peers.start(lab, c -> ours, Map.of(), c -> theirs, daemon);
    }
  }

  static Stream<Arguments> spoiled() {
    return Stream.of(
            "another name | other.example",
            "expired | expired at",
            "not yet valid | not valid before",
            "an authority that nobody knows | no trusted authority",
            "an authority that is not this connection's | no trusted authority",
            "a key of 1024 bits | 1024 bits",
            "SHA-1 by the old method | rsa-sha1",
            "a scheme that is not wanted | ecdsa-sha256",
            "a pre-shared key instead | SHARED_KEY",
            "revoked by a list in x509crl | was revoked",
            "strict, and nothing is known | x509crl",
            "ifuri, and the host may not be asked | revocation-host")
        .flatMap(
            row ->
                Stream.of(Side.values())
                    // A responder that is not who we ask for says so itself.
                    .filter(s -> s == Side.CHARON || !row.startsWith("another name"))
                    .map(s -> Arguments.of(row.split(" \\| ")[0], row.split(" \\| ")[1], s)));
  }

  @ParameterizedTest(name = "{0} {2}")
  @MethodSource("spoiled")
  void aSpoiledPeerIsRefused(String what, String reason, Side initiator, Lab lab) {
    Setup setup = new Setup(lab);
    switch (what) {
      case "another name" -> {
        setup.right("--san", "other.example");
        setup.theirs.localId("other.example");
      }
      case "expired" ->
          setup.right(
              "--san",
              RIGHT,
              "--not-before",
              "01.01.20 00:00:00",
              "--not-after",
              "01.01.21 00:00:00");
      case "not yet valid" ->
          setup.right(
              "--san",
              RIGHT,
              "--not-before",
              "01.01.35 00:00:00",
              "--not-after",
              "01.01.36 00:00:00");
      case "an authority that nobody knows" -> {
        Authority other = Authority.root(lab, "other");
        setup.right(other, "ecdsa-256", "--san", RIGHT);
        Authority.trust(lab.right(), other);
      }
      case "an authority that is not this connection's" -> {
        Authority other = Authority.root(lab, "other");
        setup.right(other, "ecdsa-256", "--san", RIGHT);
        Authority.trust(lab.right(), other);
        Authority.trust(lab.left(), other);
        setup.ours.remote("cacerts", "root.pem");
      }
      case "a key of 1024 bits" -> setup.right(setup.root, "rsa-1024", "--san", RIGHT);
      case "SHA-1 by the old method" -> {
        setup.right(setup.root, "rsa-2048", "--san", RIGHT);
        setup.daemon = Map.of("signature_authentication", "no");
      }
      case "a scheme that is not wanted" -> {
        setup.right("--san", RIGHT);
        setup.ours.connection("signature", "rsa-sha256");
        // Our own signature must be one that is wanted.
        setup.root.certificate("left", "rsa-2048", "--san", LEFT);
        setup.root.give(lab.left(), "left");
      }
      case "a pre-shared key instead" -> {
        setup.right("--san", RIGHT);
        setup.theirs.local("auth", "psk");
      }
      case "revoked by a list in x509crl" -> {
        setup.right("--san", RIGHT);
        Authority.tell(lab.left(), setup.root.crl("right"));
      }
      case "strict, and nothing is known" -> {
        setup.right("--san", RIGHT);
        setup.ours.remote("revocation", "strict");
      }
      case "ifuri, and the host may not be asked" -> {
        setup.right("--san", RIGHT, "--crl", "http://192.0.2.9/crl");
        setup.ours.remote("revocation", "ifuri");
      }
      default -> throw new IllegalArgumentException(what);
    }
    refused(setup.start(), initiator, reason);
  }

  /** Nothing comes up, the peer hears AUTHENTICATION_FAILED, and our reason says why. */
  private static void refused(Peers peers, Side initiator, String reason) {
    if (initiator == Side.KEYWAY) {
      Keyway.Answer answer = peers.keyway().initiate();
      assertThat(answer.ok()).as(answer.toString()).isFalse();
      assertThat(answer.reason()).contains(reason);
    } else {
      Exec.Result result = peers.charon().initiate();
      assertThat(result.ok()).as(result.output()).isFalse();
      assertThat(result.output()).contains("AUTHENTICATION_FAILED");
    }
    assertThat(peers.keyway().awaitEvent("AuthenticationFailed").get("reason").getAsString())
        .contains(reason);
    peers.charon().awaitLog("AUTH_FAILED");
    Await.until("no IKE SA is left", () -> peers.keyway().established() == 0);
    assertThat(peers.keyway().stub().installed()).isEmpty();
  }

  static Stream<Arguments> online() {
    return Stream.of("CRL", "OCSP")
        .flatMap(how -> Stream.of(Side.values()).map(s -> Arguments.of(how, s)));
  }

  @ParameterizedTest(name = "{0} {1}")
  @MethodSource("online")
  void whatIsRevokedOnlineIsRefused(String how, Side initiator, Lab lab) throws Exception {
    Setup setup = new Setup(lab);
    setup.ours.remote("revocation", "strict").connection("revocation_hosts", "127.0.0.1:8088");
    if (how.equals("CRL")) {
      setup.right("--san", RIGHT, "--crl", "http://127.0.0.1:8088/root.crl");
      Path crl = setup.root.crl("right");
      lab.owns(
          Served.start(
              lab,
              "python3",
              "-m",
              "http.server",
              "8088",
              "--bind",
              "127.0.0.1",
              "--directory",
              crl.getParent().toString()));
    } else {
      setup.right("--san", RIGHT, "--ocsp", "http://127.0.0.1:8088/");
      lab.owns(Served.ocsp(lab, setup.root, "right"));
    }
    refused(setup.start(), initiator, "was revoked");
  }

  @Test
  void whatAResponderCallsGoodComesUpUnderStrict(Lab lab) throws Exception {
    Setup setup = new Setup(lab);
    setup.ours.remote("revocation", "strict").connection("revocation_hosts", "127.0.0.1:8088");
    setup.right("--san", RIGHT, "--ocsp", "http://127.0.0.1:8088/");
    lab.owns(Served.ocsp(lab, setup.root, ""));

    Peers peers = setup.start();
    peers.awaitOnly(peers.up(Side.KEYWAY));
  }

  @ParameterizedTest
  @org.junit.jupiter.params.provider.EnumSource(Side.class)
  void aKeyThatOthersMayReadIsNotUsedUntilItsModeIsRight(Side initiator, Lab lab) {
    Setup setup = new Setup(lab);
    setup.right("--san", RIGHT);
    Path key = lab.left().dir().resolve("ipsec/private/left.pem");
    mode(key, "rw-r--r--");
    Peers peers = setup.start();
    if (initiator == Side.KEYWAY) {
      assertThat(peers.keyway().initiate().reason()).contains("chmod 600");
    } else {
      assertThat(peers.charon().initiate().ok()).isFalse();
      assertThat(peers.keyway().awaitEvent("AuthenticationFailed").get("reason").getAsString())
          .contains("chmod 600");
    }

    mode(key, "rw-------");

    peers.awaitOnly(peers.up(initiator));
  }

  private static void mode(Path file, String mode) {
    try {
      Files.setPosixFilePermissions(file, PosixFilePermissions.fromString(mode));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Test
  void aCertificateThatIsReplacedCountsForTheNextIkeSa(Lab lab) {
    Setup setup = new Setup(lab);
    setup.right("--san", RIGHT);
    Peers peers = setup.start();
    peers.up(Side.KEYWAY);
    peers.keyway().terminateIke().orFail();

    Authority other = Authority.root(lab, "other");
    other.certificate("left", "ecdsa-256", "--san", LEFT);
    other.give(lab.left(), "left");

    Await.until(
        "charon refuses the new certificate, whose authority it does not know",
        () -> {
          if (peers.keyway().initiate().ok()) {
            // The old one is used for a few seconds more.
            peers.keyway().terminateIke().orFail();
            return false;
          }
          return true;
        });
  }
}
