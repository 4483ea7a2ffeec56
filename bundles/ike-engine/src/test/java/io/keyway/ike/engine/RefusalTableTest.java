package io.keyway.ike.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import io.keyway.api.Outcome;
import io.keyway.api.crypto.EncryptionAlgorithm;
import io.keyway.api.crypto.EspProposal;
import io.keyway.api.crypto.IntegrityAlgorithm;
import io.keyway.ike.engine.lab.Config;
import io.keyway.ike.engine.lab.HostilePeer;
import io.keyway.ike.engine.lab.Lab;
import io.keyway.ike.engine.negotiate.IkeProposals;
import io.keyway.ike.message.AuthPayload;
import io.keyway.ike.message.ExchangeType;
import io.keyway.ike.message.IdPayload;
import io.keyway.ike.message.IdType;
import io.keyway.ike.message.IkeHeader;
import io.keyway.ike.message.KePayload;
import io.keyway.ike.message.MessageEncoder;
import io.keyway.ike.message.NoncePayload;
import io.keyway.ike.message.Octets;
import io.keyway.ike.message.Payload;
import io.keyway.ike.message.UnknownPayload;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.slf4j.LoggerFactory;

/**
 * Each refusal of a responder: the notification that the peer gets (RFC 7296 section 3.10.1), the
 * counter that rises, and the reason that its operator reads in the log, which for a child is in
 * the status, too.
 */
class RefusalTableTest {
  /** See simplelogger.properties. */
  private static final Path LOG = Path.of("target", "engine-under-test.log");

  private static final int UNKNOWN = 200;

  /** Somebody who knows the protocol, against a gateway that takes any peer. */
  static Stream<Arguments> strangers() {
    return Stream.of(
        arguments("no payloads at all", init(List.of()), "invalid-syntax", "lacks an SA"),
        arguments("a payload that is cut off", cutOff(), "invalid-syntax", "malformed: "),
        arguments(
            "an unknown critical payload",
            critical(),
            "unsupported-critical-payload",
            "critical payload .*" + UNKNOWN),
        arguments(
            "algorithms that nobody has configured",
            init(
                List.of(
                    IkeProposals.offer(List.of(Config.GCM_ECP256), Octets.EMPTY),
                    new KePayload(19, Octets.copyOf(new byte[64])),
                    nonce())),
            "no-proposal-chosen",
            "the peer offers .*configured are"),
        arguments(
            "a public value of no order",
            (Consumer<HostilePeer>) p -> p.init(p.payloads(31, new byte[32])),
            "invalid-syntax",
            "IKE_SA_INIT refused: .*"),
        arguments(
            "IKE_AUTH without an identity",
            auth(List.of(new AuthPayload(2, octets(48)))),
            "invalid-syntax",
            "no identity"),
        arguments(
            "an identity of a type that is not known",
            auth(List.of(new IdPayload(true, 77, octets(4)), new AuthPayload(2, octets(48)))),
            "authentication-failed",
            "ID type 77"),
        arguments(
            "an identity that nobody expects",
            auth(List.of(fqdn("stranger.example"), new AuthPayload(2, octets(48)))),
            "authentication-failed",
            "stranger.example"),
        arguments(
            "a proof that is wrong",
            auth(List.of(fqdn("site-1"), new AuthPayload(2, octets(48)))),
            "authentication-failed",
            "authentication (failed|refused).*'psk'"),
        arguments(
            "a malformed payload under protection",
            auth(List.of(new UnknownPayload(33, octets(3)))),
            "invalid-syntax",
            "malformed: "));
  }

  @ParameterizedTest(name = "{0}: {2}")
  @MethodSource("strangers")
  void aStrangerGetsTheNotificationAndTheOperatorTheReason(
      String what, Consumer<HostilePeer> deed, String notification, String reason)
      throws IOException {
    Lab lab = new Lab();
    lab.right.load(Lab.rightNet().anyPeer().ids(null, "site-1").ike(Config.GCM_X25519).build());
    int begun = lines();
    deed.accept(new HostilePeer(lab, "192.0.2.2", Config.GCM_X25519));
    told(lab, notification, "failure-" + notification);
    read(begun, reason);
    assertThat(lab.right.engine.snapshot()).isEmpty();
  }

  @ParameterizedTest
  @MethodSource("addresses")
  void anAddressThatNoConnectionHasIsToldByItsOwnCounter(String counter, String reason)
      throws IOException {
    Lab lab = new Lab();
    lab.right.load(Lab.rightNet().build());
    int begun = lines();
    HostilePeer peer = new HostilePeer(lab, "192.0.2.2", Config.GCM_X25519);
    peer.init(peer.payloads(31, new byte[32]));
    told(lab, "no-proposal-chosen", counter);
    read(begun, reason);
  }

  static Stream<Arguments> addresses() {
    return Stream.of(arguments("failure-no-connection", "no connection has these addresses"));
  }

  /** An honest peer whose configuration does not fit. */
  static Stream<Arguments> neighbours() {
    EspProposal cbc =
        new EspProposal(
            "cbc",
            EncryptionAlgorithm.AES_CBC_128,
            IntegrityAlgorithm.HMAC_SHA2_256_128,
            Optional.empty(),
            true);
    return Stream.of(
        arguments(
            "selectors",
            with(Config.right().child("net", "10.9.0.0/16", "10.8.0.0/16")),
            "ts-unacceptable",
            "10[.]2[.]0[.]0"),
        arguments(
            "algorithms of ESP",
            with(Lab.rightNet().esp(cbc)),
            "no-proposal-chosen",
            "aes128-sha256-esn"),
        arguments(
            "a plane without room",
            (Consumer<Lab>)
                lab -> {
                  lab.right.load(Lab.rightNet().build());
                  lab.right.plane.setFate(
                      call ->
                          call.equals("reserve")
                              ? Optional.of(Outcome.full("1024 of 1024 rows used"))
                              : Optional.empty());
                },
            "no-proposal-chosen",
            "1024 of 1024 rows used"));
  }

  @ParameterizedTest(name = "{0}: {2}")
  @MethodSource("neighbours")
  void aChildThatDoesNotFitIsToldOnBothSides(
      String what, Consumer<Lab> configured, String notification, String reason)
      throws IOException {
    Lab lab = new Lab();
    lab.left.load(Lab.leftNet().build());
    configured.accept(lab);
    int begun = lines();
    String told = lab.left.initiate("to-right", "net").outcome().reason();
    told(lab, notification, "failure-" + notification);
    read(begun, reason);
    assertThat(told).containsIgnoringCase(notification.replace('-', '_'));
    assertThat(lab.left.count("notify-" + notification + "-received")).isEqualTo(1);
  }

  private static void told(Lab lab, String notification, String counter) {
    assertThat(lab.right.count("notify-" + notification + "-sent")).isEqualTo(1);
    assertThat(lab.right.count(counter)).as(counter).isEqualTo(1);
    assertThat(lab.right.count("ike-internal-errors")).isZero();
  }

  private static int lines() throws IOException {
    // The first logger begins the file anew.
    LoggerFactory.getLogger(RefusalTableTest.class);
    return Files.exists(LOG) ? Files.readAllLines(LOG).size() : 0;
  }

  private static void read(int begun, String reason) throws IOException {
    assertThat(Files.readAllLines(LOG).stream().skip(begun))
        .anyMatch(line -> line.matches(".*(INFO|WARN).*" + reason + ".*"));
  }

  // --- deeds ----------------------------------------------------------------------------------

  private static Consumer<Lab> with(Config right) {
    return lab -> lab.right.load(right.build());
  }

  private static Consumer<HostilePeer> init(List<Payload> payloads) {
    return peer -> peer.init(payloads);
  }

  private static Consumer<HostilePeer> auth(List<Payload> payloads) {
    return peer -> peer.connect().request(ExchangeType.IKE_AUTH, payloads);
  }

  private static Consumer<HostilePeer> cutOff() {
    return peer -> {
      byte[] message = first(List.of(nonce()));
      message[31] = (byte) (message[31] + 1);
      peer.send(message);
    };
  }

  private static Consumer<HostilePeer> critical() {
    return peer -> {
      byte[] message = first(new ArrayList<>(List.of(new UnknownPayload(UNKNOWN, octets(4)))));
      message[29] = (byte) 0x80;
      peer.send(message);
    };
  }

  private static byte[] first(List<Payload> payloads) {
    return MessageEncoder.encode(
        IkeHeader.of(HostilePeer.SPI, 0, ExchangeType.IKE_SA_INIT, true, false, 0), payloads);
  }

  private static NoncePayload nonce() {
    return new NoncePayload(octets(32));
  }

  private static IdPayload fqdn(String name) {
    return new IdPayload(
        true,
        IdType.ID_FQDN,
        Octets.copyOf(name.getBytes(java.nio.charset.StandardCharsets.US_ASCII)));
  }

  private static Octets octets(int length) {
    return Octets.copyOf(new byte[length]);
  }
}
