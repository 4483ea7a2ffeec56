package io.keyway.ike.engine;

import static org.assertj.core.api.Assertions.assertThat;

import io.keyway.api.ike.Authentication;
import io.keyway.api.ike.Authentication.Method;
import io.keyway.api.ike.CertificateSettings;
import io.keyway.api.ike.CertificateSettings.Revocation;
import io.keyway.api.ike.EapSettings;
import io.keyway.api.ike.EapSettings.Type;
import io.keyway.ike.engine.lab.Certificates;
import io.keyway.ike.engine.lab.Config;
import io.keyway.ike.engine.lab.HostilePeer;
import io.keyway.ike.engine.lab.Lab;
import io.keyway.ike.engine.lab.Proofs;
import io.keyway.ike.message.EapPayload;
import io.keyway.ike.message.ExchangeType;
import io.keyway.ike.message.IkeMessage;
import io.keyway.ike.message.NotifyType;
import io.keyway.ike.message.Octets;
import java.time.Duration;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * What EAP servers fell over, one test for each class: CVE-2021-45079 (success out of its turn),
 * CVE-2023-26463 and CVE-2025-62291 (lengths of TLS and MSCHAPv2 that lie), CVE-2026-25075 and its
 * like (parsers and conversations that do not end). Each conversation ends with EAP-Failure and
 * AUTHENTICATION_FAILED (RFC 7296 section 2.16), leaves nothing, and is followed by an honest peer.
 */
class PastEapFaultsTest {
  private static final String LEFT = "left.example.org";

  private final Lab lab = new Lab();
  private final HostilePeer peer = new HostilePeer(lab, "192.0.2.2", Config.GCM_X25519);

  /** Identifier of the last request. */
  private int identifier;

  private void passwords(Type... types) {
    lab.right.secrets.with("pw-alice", "correct horse");
    lab.left.secrets.with("mine", "correct horse");
    lab.load(
        Lab.leftNet().authentication(Proofs.eapPeer(Proofs.user("alice", "mine", types))),
        Lab.rightNet()
            .anyPeer()
            .authentication(Proofs.eapServer(Proofs.users(Map.of("alice", "pw-alice"), types))));
  }

  private static Authentication tls(Authentication a, Method ours, Method theirs, String name) {
    return new Authentication(
            ours,
            theirs,
            a.localId(),
            a.remoteId(),
            a.secret(),
            new CertificateSettings(
                "own", "own-key", List.of("root"), Revocation.RELAXED, List.of(), List.of()))
        .withEap(
            new EapSettings(List.of(Type.TLS), Optional.ofNullable(name), "", Map.of(), false));
  }

  private void certificates() {
    Certificates root = new Certificates("root");
    root.trustedBy(lab.left).trustedBy(lab.right);
    root.give(lab.left, LEFT).give(lab.right, "right.example.org");
    lab.load(
        Lab.leftNet()
            .ids(LEFT, "right.example.org")
            .authentication(a -> tls(a, Method.EAP, Method.PRE_SHARED_KEY, null)),
        Lab.rightNet()
            .anyPeer()
            .ids("right.example.org", null)
            .authentication(a -> tls(a, Method.PRE_SHARED_KEY, Method.EAP, EapSettings.ASK)));
  }

  @AfterEach
  void anHonestPeerStillComesUp() {
    assertThat(lab.right.count("ike-internal-errors")).isZero();
    assertThat(lab.right.count("ike-established-responder")).isZero();
    assertThat(lab.right.plane.sas()).isEmpty();
    assertThat(lab.right.plane.leases()).isEmpty();
    assertThat(lab.right.engine.snapshot()).isEmpty();
    lab.up();
    lab.assertOnePair("net");
  }

  /** Until the first request of a method. */
  private void begin() {
    peer.connect();
    listen(peer.request(ExchangeType.IKE_AUTH, peer.question()));
    assertThat(goesOn(say("01 616c696365"))).isTrue();
  }

  /** Until EAP-TLS begins, which the server does. */
  private void beginTls() {
    certificates();
    peer.connect();
    listen(peer.request(ExchangeType.IKE_AUTH, peer.question()));
    assertThat(goesOn(say("01" + HexFormat.of().formatHex(LEFT.getBytes())))).isTrue();
  }

  /** A response with the right header around this type and data. */
  private List<IkeMessage> say(String typeAndData) {
    String hex = typeAndData.replace(" ", "");
    return raw("02 ID %04x".formatted(4 + hex.length() / 2) + hex);
  }

  /** Any octets, {@code ID} being the identifier that is due. */
  private List<IkeMessage> raw(String hex) {
    String digits = hex.replace("ID", "%02x".formatted(identifier)).replace(" ", "");
    List<IkeMessage> answers =
        peer.request(ExchangeType.IKE_AUTH, List.of(new EapPayload(Octets.ofHex(digits))));
    listen(answers);
    return answers;
  }

  private void listen(List<IkeMessage> answers) {
    for (IkeMessage answer : answers) {
      answer.first(EapPayload.class).ifPresent(e -> identifier = e.packet().at(1));
    }
  }

  private static boolean goesOn(List<IkeMessage> answers) {
    return answers.size() == 1
        && answers.get(0).error().isEmpty()
        && answers.get(0).first(EapPayload.class).filter(e -> e.packet().at(0) == 1).isPresent();
  }

  /** EAP-Failure and AUTHENTICATION_FAILED, and nothing is kept. */
  private void refused(List<IkeMessage> answers) {
    assertThat(answers).hasSize(1);
    IkeMessage answer = answers.get(0);
    assertThat(answer.has(NotifyType.AUTHENTICATION_FAILED)).isTrue();
    assertThat(answer.first(EapPayload.class).orElseThrow().packet().at(0)).isEqualTo(4);
    lab.time.run(Duration.ofMillis(50));
    assertThat(lab.right.engine.snapshot()).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        // EAP lengths that disagree with the payload (RFC 7296 section 3.16): beyond, within, less
        // than a header, without the type that it must have.
        "02 ID 00ff 1a 02",
        "02 ID 0006 1a 02 02",
        "02 ID 0003 1a 02",
        "02 ID 0000",
        "02 ID 0004",
        "02 ID ffff 1a 02 ID 003a 31",
        // Codes that are not the peer's: success and failure out of their turn, a request, none.
        "03 ID 0004",
        "04 ID 0004",
        "01 ID 0005 1a",
        "00 ID 0005 1a",
        "05 ID 0005 1a",
        // Methods that nobody offered: Nak of nothing and of the same, expanded, tunnelled.
        "02 ID 0005 03",
        "02 ID 0006 03 1a",
        "02 ID 000c fe 000000 00000003",
        "02 ID 0006 15 00",
        "02 ID 0009 01 616c6963",
        // MSCHAPv2 out of its turn: it succeeded, it failed, it is no operation.
        "02 ID 0006 1a 03",
        "02 ID 0006 1a 04",
        "02 ID 0009 1a 03 ID 0004",
        "02 ID 0006 1a 00",
        "02 ID 0006 1a 07",
        "02 ID 0006 1a ff",
        // MSCHAPv2 lengths: beyond, less than its header, without the value, empty.
        "02 ID 000b 1a 02 ID ffff 31 00",
        "02 ID 000b 1a 02 ID 003a 31 00",
        "02 ID 0009 1a 02 ID 0003",
        "02 ID 000a 1a 02 ID 0005 31",
        "02 ID 0005 1a",
      })
  void anEapPacketThatLiesEndsTheConversation(String packet) {
    passwords(Type.MSCHAPV2);
    begin();
    refused(raw(packet));
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 1, 16, 48, 50, 54, 127, 128, 255})
  void theValueOfMschapv2HasItsSizeAndNoOther(int size) {
    passwords(Type.MSCHAPV2);
    begin();
    refused(say("1a 02 01 003b %02x".formatted(size) + "00".repeat(49) + "616c696365"));
  }

  @ParameterizedTest
  @ValueSource(strings = {"04", "04 00", "04 11", "04 ff 0102", "04 10"})
  void theValueOfMd5HasTheSizeThatItSays(String packet) {
    passwords(Type.MD5);
    begin();
    refused(say(packet));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        // No flags; a length without its octets, of more than anybody needs, negative.
        "0d",
        "0d 80",
        "0d 80 000000",
        "0d 80 00010000 16",
        "0d 80 7fffffff 16",
        "0d c0 ffffffff 16",
        // More than was told, in one piece and with more to come; less than was told.
        "0d 80 00000002 160303",
        "0d c0 00000002 160303",
        "0d 80 00001000 160303",
        "0d 80 00000000 160303",
        // An empty piece of several, an acknowledgement of nothing, the server's own start.
        "0d 40",
        "0d c0 00000010",
        "0d 00",
        "0d 20",
        "0d 60 16",
      })
  void anEapTlsPieceThatLiesEndsTheConversation(String packet) {
    beginTls();
    refused(say(packet));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "ffffffffffffffff",
        "1603010000",
        "16030300ff01",
        "160303ffff",
        "1503030002022a",
        "1703030001ff",
        "1403030001 01",
        // A ClientHello that ends in the middle, and one of no length.
        "160303000401000100",
        "160303000401000000",
      })
  void whatIsNoTlsIsAnsweredByAnAlertAtMost(String octets) {
    beginTls();
    List<IkeMessage> answers = say("0d 00" + octets);
    for (int i = 0; i < 3 && goesOn(answers); i++) {
      answers = say("0d 00");
    }
    refused(answers);
  }

  @Test
  void piecesWithoutEndEnd() {
    beginTls();
    List<IkeMessage> answers = say("0d 40 16");
    int pieces = 1;
    for (; goesOn(answers) && pieces < 200; pieces++) {
      answers = say("0d 40 16");
    }
    refused(answers);
    assertThat(pieces).isLessThanOrEqualTo(64);
  }

  @Test
  void piecesOverTheLimitAreNotKept() {
    beginTls();
    String piece = "16".repeat(4000);
    List<IkeMessage> answers = say("0d 40" + piece);
    int pieces = 1;
    for (; goesOn(answers) && pieces < 200; pieces++) {
      answers = say("0d 40" + piece);
    }
    refused(answers);
    assertThat(pieces).as("of 4000 octets, for 32 KiB").isEqualTo(9);
  }

  @Test
  void aLengthThatGrowsOnTheWayIsALie() {
    beginTls();
    assertThat(goesOn(say("0d c0 00000010 160303"))).isTrue();
    refused(say("0d c0 00007000 160303"));
  }

  @Test
  void repetitionsOfOneAnswerAreOneAnswer() {
    passwords(Type.MSCHAPV2);
    begin();
    int before = identifier;
    refused(raw("02 %02x 0006 1a 03".formatted(before + 1 & 0xff)));
    assertThat(peer.request(ExchangeType.IKE_AUTH, List.of())).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "02ID", "0200000001"})
  void aMessageWithoutAnEapPacketEndsIt(String packet) {
    passwords(Type.MSCHAPV2);
    begin();
    String digits = packet.replace("ID", "00");
    List<IkeMessage> answers =
        peer.request(
            ExchangeType.IKE_AUTH,
            digits.isEmpty() ? List.of() : List.of(new EapPayload(Octets.ofHex(digits))));
    assertThat(answers).hasSize(1);
    assertThat(answers.get(0).error()).isPresent();
    lab.time.run(Duration.ofMillis(50));
  }
}
