package io.keyway.it.fuzz;

import io.keyway.api.crypto.EspProposal;
import io.keyway.api.ts.TrafficSelector;
import io.keyway.ike.engine.lab.Config;
import io.keyway.ike.engine.negotiate.EspProposals;
import io.keyway.ike.engine.negotiate.IkeProposals;
import io.keyway.ike.engine.negotiate.Selectors;
import io.keyway.ike.message.DeletePayload;
import io.keyway.ike.message.ExchangeType;
import io.keyway.ike.message.IkeHeader;
import io.keyway.ike.message.IkeMessage;
import io.keyway.ike.message.KePayload;
import io.keyway.ike.message.MessageEncoder;
import io.keyway.ike.message.NoncePayload;
import io.keyway.ike.message.NotifyPayload;
import io.keyway.ike.message.NotifyType;
import io.keyway.ike.message.Octets;
import io.keyway.ike.message.Payload;
import io.keyway.ike.message.PayloadType;
import io.keyway.ike.message.ProtocolId;
import io.keyway.ike.message.SaPayload;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** What an honest peer would say next, so that the fuzzer only has to spoil it. */
final class WildWords {
  /** Requests, by the number that an input names them with. */
  static final int AUTH = 0;

  static final int LIVENESS = 1;
  static final int CHILD = 2;
  static final int REKEY_CHILD = 3;
  static final int REKEY_IKE = 4;
  static final int DELETE_CHILD = 5;
  static final int DELETE_IKE = 6;

  private final WildPeer peer;
  private final boolean initiator;
  private final List<EspProposal> esp;
  private final List<TrafficSelector> ours;
  private final List<TrafficSelector> theirs;

  /** Of our newest child. */
  private int spi = 0x0c000000;

  WildWords(WildPeer peer, boolean initiator, EspProposal esp) {
    this.peer = peer;
    this.initiator = initiator;
    this.esp = List.of(esp);
    List<TrafficSelector> left = List.of(TrafficSelector.prefix(Config.address("10.1.0.0"), 16));
    List<TrafficSelector> right = List.of(TrafficSelector.prefix(Config.address("10.2.0.0"), 16));
    ours = initiator ? left : right;
    theirs = initiator ? right : left;
  }

  /** Exchange type of a request. */
  static int exchange(int request) {
    return switch (request) {
      case AUTH -> ExchangeType.IKE_AUTH;
      case CHILD, REKEY_CHILD, REKEY_IKE -> ExchangeType.CREATE_CHILD_SA;
      default -> ExchangeType.INFORMATIONAL;
    };
  }

  /** Payloads of a request. */
  List<Payload> request(int request) {
    return switch (request) {
      case AUTH -> auth(EspProposals.offer(esp, ++spi, false));
      case CHILD -> child(EspProposals.offer(esp, ++spi, true), true, true);
      case REKEY_CHILD -> {
        Octets replaced = Octets.ofInt(spi);
        List<Payload> rekey = child(EspProposals.offer(esp, ++spi, true), true, true);
        rekey.add(
            0, new NotifyPayload(ProtocolId.ESP, replaced, NotifyType.REKEY_SA, Octets.EMPTY));
        yield rekey;
      }
      case REKEY_IKE ->
          List.of(IkeProposals.offer(List.of(WildPeer.IKE), Octets.ofLong(++spi)), nonce(), ke());
      case DELETE_CHILD -> List.of(DeletePayload.esp(List.of(spi)));
      case DELETE_IKE -> List.of(DeletePayload.ike());
      default -> List.of();
    };
  }

  /** Payloads that answer a request of the engine. */
  List<Payload> answer(IkeMessage question) {
    SaPayload offer = question.first(SaPayload.class).orElse(null);
    boolean ike =
        offer != null
            && !offer.proposals().isEmpty()
            && offer.proposals().get(0).protocolId() == ProtocolId.IKE;
    return switch (question.header().exchangeType()) {
      case ExchangeType.IKE_AUTH -> auth(chosen(offer, false));
      case ExchangeType.CREATE_CHILD_SA ->
          ike
              ? IkeProposals.choose(List.of(WildPeer.IKE), offer)
                  .<List<Payload>>map(
                      c ->
                          List.of(
                              IkeProposals.offer(List.of(WildPeer.IKE), Octets.ofLong(++spi)),
                              nonce(),
                              ke()))
                  .orElse(List.of())
              : child(chosen(offer, true), false, question.first(KePayload.class).isPresent());
      case ExchangeType.INFORMATIONAL ->
          question.first(DeletePayload.class).isPresent()
              ? List.of(DeletePayload.esp(List.of(spi)))
              : List.of();
      default -> List.of();
    };
  }

  private SaPayload chosen(SaPayload offer, boolean keyExchange) {
    return offer == null
        ? EspProposals.offer(esp, ++spi, keyExchange)
        : EspProposals.choose(esp, offer, ++spi, keyExchange)
            .map(choice -> new SaPayload(List.of(choice.answer())))
            .orElseGet(() -> EspProposals.offer(esp, spi, keyExchange));
  }

  private List<Payload> auth(SaPayload sa) {
    List<Payload> payloads = new ArrayList<>(List.of(peer.id(), peer.auth(), sa));
    payloads.addAll(selectors(initiator));
    return payloads;
  }

  private List<Payload> child(SaPayload sa, boolean asking, boolean keyExchange) {
    List<Payload> payloads = new ArrayList<>(List.of(sa, nonce()));
    if (keyExchange && esp.get(0).keyExchange().isPresent()) {
      payloads.add(ke());
    }
    payloads.addAll(selectors(asking));
    return payloads;
  }

  private List<Payload> selectors(boolean asking) {
    return List.of(
        Selectors.toWire(true, asking ? ours : theirs),
        Selectors.toWire(false, asking ? theirs : ours));
  }

  private static NoncePayload nonce() {
    byte[] nonce = new byte[32];
    Arrays.fill(nonce, (byte) 0x33);
    return new NoncePayload(Octets.copyOf(nonce));
  }

  private static KePayload ke() {
    byte[] value = new byte[32];
    value[0] = 9;
    return new KePayload(WildPeer.IKE.keyExchange().ianaId(), Octets.copyOf(value));
  }

  static int first(List<Payload> payloads) {
    return payloads.isEmpty() ? PayloadType.NONE : payloads.get(0).payloadType();
  }

  static byte[] inner(List<Payload> payloads) {
    byte[] message = MessageEncoder.encode(IkeHeader.of(0, 0, 0, false, false, 0), payloads);
    return Arrays.copyOfRange(message, IkeHeader.LENGTH, message.length);
  }
}
