package io.keyway.ike.engine;

import static org.assertj.core.api.Assertions.assertThat;

import io.keyway.api.ike.ChildResult;
import io.keyway.api.ike.EapSettings;
import io.keyway.api.ike.EapSettings.Type;
import io.keyway.api.ts.TrafficSelector;
import io.keyway.ike.engine.lab.Config;
import io.keyway.ike.engine.lab.HostileResponder;
import io.keyway.ike.engine.lab.Lab;
import io.keyway.ike.engine.lab.Proofs;
import io.keyway.ike.engine.negotiate.EspProposals;
import io.keyway.ike.engine.negotiate.Selectors;
import io.keyway.ike.message.AuthPayload;
import io.keyway.ike.message.ConfigurationPayload;
import io.keyway.ike.message.ConfigurationPayload.Attribute;
import io.keyway.ike.message.EapPayload;
import io.keyway.ike.message.Octets;
import io.keyway.ike.message.Payload;
import io.keyway.ike.message.SaPayload;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * What initiators fell over, one test for each class: CVE-2021-45079 (EAP-Success before the server
 * proved anything), CVE-2015-4171 (our secrets leave before the server proved itself),
 * CVE-2025-62291 and its like (lengths in EAP methods and CP that lie). Nothing of it brings a
 * tunnel, and the honest responder that comes back is taken.
 */
class PastResponderFaultsTest {
  private static final String KEY = "a shared secret";
  private static final EapSettings ALICE = Proofs.user("alice", "mine", Type.MSCHAPV2, Type.MD5);
  private static final Map<String, String> USERS = Map.of("alice", "pw-alice");

  private final Lab lab = new Lab();
  private final HostileResponder server = new HostileResponder(lab);
  private CompletableFuture<ChildResult> result;

  private void begin(Config left) {
    lab.left.secrets.with("mine", "correct horse");
    lab.right.secrets.with("pw-alice", "correct horse");
    assertThat(lab.left.load(left.build()).done()).isTrue();
    result =
        lab.left.engine.initiate("to-right", "net", Duration.ofSeconds(30)).toCompletableFuture();
    server.accept();
  }

  private static Config byEap() {
    return Lab.leftNet().authentication(Proofs.eapPeer(ALICE));
  }

  private static Config byEapAlone() {
    return Lab.leftNet().authentication(Proofs.eapOnly(Proofs.passwordOnly(ALICE)));
  }

  private static EapPayload eap(String hex) {
    return new EapPayload(Octets.ofHex(hex.replace(" ", "")));
  }

  /** It failed with a reason, and nothing is left of it; no proof of ours was ever sent. */
  private String failed() {
    lab.time.run(Duration.ofSeconds(2));
    assertThat(result).isDone();
    assertThat(result.join().outcome().done()).isFalse();
    assertThat(server.heard()).noneMatch(m -> m.first(AuthPayload.class).isPresent());
    assertNothingLeft();
    return result.join().outcome().reason();
  }

  private void assertNothingLeft() {
    lab.time.run(Duration.ofMinutes(3));
    assertThat(lab.left.engine.snapshot()).isEmpty();
    assertThat(lab.left.plane.sas()).isEmpty();
    assertThat(lab.left.plane.leases()).isEmpty();
    assertThat(lab.left.count("ike-internal-errors")).isZero();
  }

  private void anHonestServerIsTaken(Config right) {
    assertThat(lab.right.load(right.build()).done()).isTrue();
    lab.up();
    lab.assertOnePair("net");
  }

  private static Config users() {
    return Lab.rightNet().authentication(Proofs.eapServer(Proofs.users(USERS, Type.MSCHAPV2)));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        // Success and failure before anything, with and without octets that they do not have.
        "03 01 0004",
        "03 01 0005 00",
        "04 01 0004",
        "00 01 0004",
        "02 01 0005 01",
        // Lengths that disagree with the payload.
        "01 01 0003 1a",
        "01 01 00ff 1a 01",
        "01 01 0006 1a 01 01",
        "01 01 0004",
        // MSCHAPv2: lengths, sizes of the challenge, operations out of their turn.
        "01 01 0005 1a",
        "01 01 000a 1a 01 01 ffff 10",
        "01 01 0009 1a 01 01 0003",
        "01 01 001a 1a 01 01 0015 0f 000102030405060708090a0b0c0d0e0f",
        "01 01 001a 1a 01 01 0015 11 000102030405060708090a0b0c0d0e0f",
        "01 01 001a 1a 01 01 0015 ff 000102030405060708090a0b0c0d0e0f",
        "01 01 001a 1a 01 01 0015 00 000102030405060708090a0b0c0d0e0f",
        "01 01 0009 1a 03 01 0004",
        "01 01 0009 1a 07 01 0004",
        // MD5: an empty challenge, and one of more octets than there are.
        "01 01 0006 04 00",
        "01 01 0006 04 10",
        "01 01 0005 04",
      })
  void anEapPacketThatLiesEndsTheAttempt(String packet) {
    begin(byEap());
    server.respond(server.id(), server.auth(KEY), eap(packet));
    assertThat(failed()).isNotBlank();
    anHonestServerIsTaken(users());
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void successBeforeTheMethodIsDoneIsNone(boolean alone) {
    begin(alone ? byEapAlone() : byEap());
    Payload challenge = eap("01 01 001a 1a 01 01 0015 10 000102030405060708090a0b0c0d0e0f");
    if (alone) {
      server.respond(server.id(), challenge);
    } else {
      server.respond(server.id(), server.auth(KEY), challenge);
    }
    assertThat(server.asked().first(EapPayload.class)).isPresent();
    // The response is out, and the server never shows that it knows the password.
    server.respond(eap("03 01 0004"));
    assertThat(failed()).contains("EAP success before EAP-MSCHAPV2 is finished");
  }

  @Test
  void successAtOnceIsNoProofOfAServerThatHasNoOther() {
    begin(byEapAlone());
    server.respond(server.id(), eap("03 01 0004"));
    assertThat(failed()).contains("EAP success before");
    anHonestServerIsTaken(
        Lab.rightNet()
            .authentication(
                Proofs.eapOnly(Proofs.passwordOnly(Proofs.users(USERS, Type.MSCHAPV2)))));
  }

  @Test
  void aMethodThatProvesNoServerIsNotUsedWhereThereIsNoOtherProof() {
    begin(byEapAlone());
    server.respond(server.id(), eap("01 01 0016 04 10 000102030405060708090a0b0c0d0e0f"));
    EapPayload nak = server.asked().first(EapPayload.class).orElseThrow();
    assertThat(nak.packet()).isEqualTo(Octets.ofHex("02010006031a"));
    server.respond(eap("03 01 0004"));
    assertThat(failed()).contains("EAP success before");
  }

  @ParameterizedTest
  @ValueSource(strings = {"wrong", "missing"})
  void aServerThatDidNotProveItselfSeesNoResponseOfOurs(String proof) {
    begin(byEap());
    Payload challenge = eap("01 01 001a 1a 01 01 0015 10 000102030405060708090a0b0c0d0e0f");
    if (proof.equals("wrong")) {
      server.respond(server.id(), server.auth("a guess"), challenge);
    } else {
      server.respond(server.id(), challenge);
    }
    assertThat(server.heard()).noneMatch(m -> m.first(EapPayload.class).isPresent());
    assertThat(failed()).isNotBlank();
    anHonestServerIsTaken(users());
  }

  @Test
  void challengesWithoutEndEnd() {
    begin(byEap());
    server.respond(server.id(), server.auth(KEY), eap("01 00 0006 02 20"));
    int packets = 1;
    for (; server.asked().first(EapPayload.class).isPresent() && packets < 200; packets++) {
      server.respond(eap("01 %02x 0006 02 20".formatted(packets)));
    }
    assertThat(packets).isLessThanOrEqualTo(65);
    assertThat(failed()).contains("does not end");
  }

  private static Attribute attribute(int type, String hex) {
    return new Attribute(type, Octets.ofHex(hex));
  }

  private Payload[] child(ConfigurationPayload... cp) {
    SaPayload offer = server.asked().first(SaPayload.class).orElseThrow();
    SaPayload chosen =
        EspProposals.choose(List.of(Config.ESP_GCM), offer, 0x72727272, false)
            .map(choice -> new SaPayload(List.of(choice.answer())))
            .orElseThrow();
    TrafficSelector us = TrafficSelector.prefix(Config.address("10.2.0.0"), 16);
    TrafficSelector any = TrafficSelector.prefix(Config.address("0.0.0.0"), 0);
    Payload[] fixed = {
      server.id(),
      server.auth(KEY),
      chosen,
      Selectors.toWire(true, List.of(any)),
      Selectors.toWire(false, List.of(us))
    };
    Payload[] all = Arrays.copyOf(fixed, fixed.length + cp.length);
    System.arraycopy(cp, 0, all, fixed.length, cp.length);
    return all;
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "1:",
        "1:0a0003",
        "1:0a00030100",
        "1:00000000",
        "1:7f000001",
        "1:e0000001",
        "8:",
        "8:fd0003000000000000000000000000",
        "8:fd00030000000000000000000000000180ff",
        "8:00000000000000000000ffff0a00030180",
        "9:0a000301"
      })
  void addressesOfAWrongSizeAreNoAddresses(String reply) {
    begin(Config.left().request("0.0.0.0").child("net", "dynamic", "10.2.0.0/16"));
    String[] parts = reply.split(":", 2);
    server.respond(
        child(
            new ConfigurationPayload(
                ConfigurationPayload.CFG_REPLY,
                List.of(attribute(Integer.parseInt(parts[0]), parts[1])))));
    lab.time.run(Duration.ofSeconds(2));
    assertThat(result).isDone();
    assertThat(result.join().outcome().done()).isFalse();
    assertNothingLeft();
    anHonestServerIsTaken(
        Config.right()
            .pools(Config.pool("sites", "10.3.0.0/29"))
            .child("net", "10.2.0.0/16", "dynamic"));
  }
}
