package io.keyway.ike.engine;

import static org.assertj.core.api.Assertions.assertThat;

import io.keyway.api.crypto.KeyExchangeMethod;
import io.keyway.ike.engine.lab.Config;
import io.keyway.ike.engine.lab.HostilePeer;
import io.keyway.ike.engine.lab.Lab;
import io.keyway.ike.message.ConfigurationPayload;
import io.keyway.ike.message.DeletePayload;
import io.keyway.ike.message.ExchangeType;
import io.keyway.ike.message.IkeHeader;
import io.keyway.ike.message.IkeMessage;
import io.keyway.ike.message.KePayload;
import io.keyway.ike.message.MessageEncoder;
import io.keyway.ike.message.NoncePayload;
import io.keyway.ike.message.NotifyType;
import io.keyway.ike.message.Octets;
import io.keyway.ike.message.Payload;
import io.keyway.ike.message.Proposal;
import io.keyway.ike.message.ProtocolId;
import io.keyway.ike.message.SaPayload;
import io.keyway.ike.message.Transform;
import io.keyway.ike.message.TransformType;
import io.keyway.ike.message.UnknownPayload;
import io.keyway.ike.message.VendorIdPayload;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * What other IKE daemons fell over before a peer was authenticated, one test for each class that
 * can concern the codec, the first exchanges and the key exchange:
 *
 * <ul>
 *   <li>CVE-2014-2338: exchanges outside of their state
 *   <li>CVE-2023-41913: length of a public value
 *   <li>CVE-2014-9221: numbers on the wire that reach internal constants
 *   <li>CVE-2015-3991: payloads of the other version of IKE
 *   <li>CVE-2026-12413: more unknown payloads around a message than anybody needs
 *   <li>CVE-2016-5391: a proposal without a key exchange
 *   <li>CVE-2018-10811: an algorithm that the machine cannot do (here: its check when a connection
 *       is loaded; the self-tests are in ike-crypto)
 *   <li>CVE-2024-2357 and its like: a bad peer that takes others down
 *   <li>CVE-2026-35330 and its like: attributes of no length that keep a parser where it is
 * </ul>
 *
 * Each ends with an honest peer that comes up as if nothing had been. Those of EAP are in {@link
 * PastEapFaultsTest}, of what follows it in {@link PastLaterFaultsTest}, of initiators in {@link
 * PastResponderFaultsTest}.
 */
class PastFaultsTest {
  private final Lab lab = new Lab();
  private final HostilePeer peer = new HostilePeer(lab, "192.0.2.2", Config.GCM_X25519);

  PastFaultsTest() {
    lab.load(
        Lab.leftNet().ike(Config.GCM_X25519),
        Lab.rightNet().anyPeer().ike(Config.GCM_X25519, Config.GCM_ECP256));
  }

  @AfterEach
  void anHonestPeerStillComesUp() {
    lab.up();
    lab.assertOnePair("net");
  }

  private static void refused(List<IkeMessage> answers, int notifyType) {
    assertThat(answers).hasSize(1);
    assertThat(answers.get(0).header().responderSpi()).isZero();
    assertThat(answers.get(0).has(notifyType)).isTrue();
  }

  @ParameterizedTest
  @ValueSource(ints = {36, 37, 43, 44, 38, 35 + 128, 0, 255})
  void noExchangeButAuthenticationFollowsTheFirst(int exchange) {
    peer.connect();
    assertThat(peer.request(exchange, List.of(DeletePayload.esp(List.of(1))))).isEmpty();
    assertThat(peer.request(exchange, List.of())).isEmpty();
    assertThat(lab.right.plane.sas()).isEmpty();
    assertThat(lab.right.engine.snapshot()).allMatch(sa -> sa.state().equals("CONNECTING"));
  }

  @Test
  void aFirstMessageInsideOfAnIkeSaIsNothing() {
    peer.connect();
    assertThat(peer.request(ExchangeType.IKE_SA_INIT, List.of())).isEmpty();
  }

  static Stream<KeyExchangeMethod> methods() {
    return Arrays.stream(KeyExchangeMethod.values());
  }

  @ParameterizedTest
  @MethodSource("methods")
  void aPublicValueHasTheLengthOfItsMethod(KeyExchangeMethod method) {
    Lab other = new Lab();
    var proposal =
        new io.keyway.api.crypto.IkeProposal(
            "p",
            Config.GCM_X25519.encryption(),
            Config.GCM_X25519.integrity(),
            Config.GCM_X25519.prf(),
            method);
    other.load(Lab.leftNet().ike(proposal), Lab.rightNet().anyPeer().ike(proposal));
    HostilePeer hostile = new HostilePeer(other, "192.0.2.2", proposal);
    int octets = method.initiatorOctets();
    for (int length : new int[] {1, octets - 1, octets + 1, 2 * octets, 20_000}) {
      refused(
          hostile.init(hostile.payloads(method.ianaId(), new byte[length])),
          NotifyType.INVALID_SYNTAX);
    }
    assertThat(other.right.engine.snapshot()).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 1, 13, 38, 255, 1024, 1025, 65535})
  void aGroupNumberOnTheWireIsOnlyANumber(int group) {
    refused(peer.init(peer.payloads(group, new byte[32])), NotifyType.INVALID_KE_PAYLOAD);
    Transform x = Transform.of(TransformType.KE, group);
    refused(
        peer.init(
            List.of(
                offer(Transform.encryption(20, 256), Transform.of(TransformType.PRF, 6), x),
                new KePayload(group, Octets.copyOf(new byte[32])),
                new NoncePayload(Octets.copyOf(new byte[32])))),
        NotifyType.NO_PROPOSAL_CHOSEN);
  }

  private static SaPayload offer(Transform... transforms) {
    return new SaPayload(
        List.of(new Proposal(1, ProtocolId.IKE, Octets.EMPTY, List.of(transforms))));
  }

  @Test
  void payloadsOfTheOtherVersionAreUnknownOnes() {
    for (int type = 1; type <= 32; type++) {
      List<Payload> payloads = new ArrayList<>();
      payloads.add(new UnknownPayload(type, Octets.copyOf(new byte[8])));
      byte[] message =
          MessageEncoder.encode(
              IkeHeader.of(HostilePeer.SPI, 0, ExchangeType.IKE_SA_INIT, true, false, 0), payloads);
      refused(peer.send(message), NotifyType.INVALID_SYNTAX);
      message[29] = (byte) 0x80;
      refused(peer.send(message), NotifyType.UNSUPPORTED_CRITICAL_PAYLOAD);
      message[17] = 0x10;
      assertThat(peer.send(message)).isEmpty();
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {100, 128, 129, 3000})
  void manyUnknownPayloadsAreBounded(int count) {
    List<Payload> payloads = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      payloads.add(
          i % 2 == 0 ? new UnknownPayload(200, Octets.EMPTY) : new VendorIdPayload(Octets.EMPTY));
    }
    refused(peer.init(payloads), NotifyType.INVALID_SYNTAX);
  }

  @Test
  void aProposalWithoutAKeyExchangeIsNoProposal() {
    Transform cipher = Transform.encryption(20, 256);
    Transform prf = Transform.of(TransformType.PRF, 6);
    Transform group = Transform.of(TransformType.KE, 31);
    for (SaPayload offer :
        List.of(offer(cipher, prf), offer(cipher, group), offer(prf, group), offer())) {
      refused(
          peer.init(
              List.of(
                  offer,
                  new KePayload(31, Octets.copyOf(new byte[32])),
                  new NoncePayload(Octets.copyOf(new byte[32])))),
          NotifyType.NO_PROPOSAL_CHOSEN);
    }
  }

  @Test
  void aBadPeerEndsItsOwnIkeSaAlone() {
    for (int round = 0; round < 3; round++) {
      HostilePeer bad = new HostilePeer(lab, "192.0.2.2", Config.GCM_X25519).connect();
      List<IkeMessage> answers =
          bad.request(ExchangeType.IKE_AUTH, List.of(new UnknownPayload(200, Octets.EMPTY)));
      assertThat(answers).hasSize(1);
      assertThat(answers.get(0).error()).isPresent();
    }
    assertThat(lab.right.engine.snapshot()).isEmpty();
  }

  @Test
  void everyLoopOfAParserConsumes() {
    peer.connect();
    List<ConfigurationPayload.Attribute> empty = new ArrayList<>();
    for (int i = 0; i < 5000; i++) {
      empty.add(new ConfigurationPayload.Attribute(i, Octets.EMPTY));
    }
    List<IkeMessage> answers =
        peer.request(ExchangeType.IKE_AUTH, List.of(new ConfigurationPayload(1, empty)));
    assertThat(answers.get(0).has(NotifyType.INVALID_SYNTAX)).isTrue();
    // Attributes of no length in a transform, and a transform and a proposal of no length.
    for (String body :
        List.of(
            "0000002c0101000100000024010000142001000020010000200100002001000020010000200100002001"
                + "0000",
            "0000000c010100010000000001000014",
            "0000000001010000")) {
      byte[] octets = Octets.ofHex(body).toArray();
      byte[] message =
          MessageEncoder.encode(
              IkeHeader.of(1, 0, ExchangeType.IKE_SA_INIT, true, false, 0),
              List.of(new UnknownPayload(33, Octets.copyOf(octets))));
      assertThat(peer.send(message)).isNotEmpty();
    }
  }
}
