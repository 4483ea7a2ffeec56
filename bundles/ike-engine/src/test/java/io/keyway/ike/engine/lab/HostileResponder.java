package io.keyway.ike.engine.lab;

import io.keyway.api.crypto.IkeProposal;
import io.keyway.api.ike.IkeTransport.Datagram;
import io.keyway.api.key.SecretBytes;
import io.keyway.ike.crypto.IkeCrypto;
import io.keyway.ike.crypto.IkeSaKeys;
import io.keyway.ike.crypto.KeyAgreementResult;
import io.keyway.ike.crypto.KeySchedule;
import io.keyway.ike.crypto.PskAuth;
import io.keyway.ike.engine.negotiate.IkeProposals;
import io.keyway.ike.message.AuthMethod;
import io.keyway.ike.message.AuthPayload;
import io.keyway.ike.message.DecodeResult;
import io.keyway.ike.message.ExchangeType;
import io.keyway.ike.message.IdPayload;
import io.keyway.ike.message.IdType;
import io.keyway.ike.message.IkeHeader;
import io.keyway.ike.message.IkeMessage;
import io.keyway.ike.message.KePayload;
import io.keyway.ike.message.MessageDecoder;
import io.keyway.ike.message.MessageEncoder;
import io.keyway.ike.message.MessageProtection;
import io.keyway.ike.message.NoncePayload;
import io.keyway.ike.message.Octets;
import io.keyway.ike.message.Payload;
import io.keyway.ike.message.SaPayload;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * A responder that knows the protocol and keeps none of its rules, where the right side would be.
 */
public final class HostileResponder {
  private static final IkeCrypto CRYPTO = IkeCrypto.create(new SecureRandom());
  private static final long SPI = 0x7272727272727272L;
  private static final IkeProposal PROPOSAL = Config.GCM_X25519;

  private final Lab lab;
  private final InetSocketAddress here = new InetSocketAddress(Config.address("192.0.2.2"), 500);
  private final byte[] nonce = new byte[32];
  private final List<IkeMessage> heard = new ArrayList<>();
  private InetSocketAddress there;
  private byte[] firstMessage = {};
  private byte[] peerNonce = {};
  private byte[] skPr = {};
  private long spiI;
  private MessageProtection protection;
  private int seen;

  public HostileResponder(Lab lab) {
    this.lab = lab;
  }

  /** Takes no notice of what was sent before. */
  public HostileResponder fromNow() {
    seen = lab.net.sent().size();
    return this;
  }

  /** An honest answer to the IKE_SA_INIT that is on the wire; then the first IKE_AUTH is heard. */
  public HostileResponder accept() {
    lab.time.run(Duration.ofMillis(50));
    Datagram first = next().orElseThrow();
    IkeMessage request = decode(first.octets());
    there = first.local();
    spiI = request.header().initiatorSpi();
    peerNonce = request.first(NoncePayload.class).orElseThrow().nonce().toArray();
    KeyAgreementResult.Agreed agreed =
        (KeyAgreementResult.Agreed)
            CRYPTO
                .keyExchange(PROPOSAL.keyExchange())
                .respond(request.first(KePayload.class).orElseThrow().publicValue().toArray());
    SaPayload offer = request.first(SaPayload.class).orElseThrow();
    firstMessage =
        MessageEncoder.encode(
            header(ExchangeType.IKE_SA_INIT, 0),
            List.of(
                new SaPayload(
                    List.of(IkeProposals.choose(List.of(PROPOSAL), offer).orElseThrow().answer())),
                new KePayload(PROPOSAL.keyExchange().ianaId(), Octets.copyOf(agreed.publicValue())),
                new NoncePayload(Octets.copyOf(nonce))));
    try (SecretBytes secret = agreed.sharedSecret();
        IkeSaKeys keys =
            KeySchedule.ikeSa(
                CRYPTO.prf(PROPOSAL.prf()),
                PROPOSAL.encryption(),
                PROPOSAL.integrity(),
                secret,
                peerNonce,
                nonce,
                spiI,
                SPI)) {
      skPr = keys.skPr().read(byte[]::clone);
      protection =
          HostilePeer.protection(
              PROPOSAL.encryption(),
              PROPOSAL.integrity(),
              keys.skEr(),
              keys.skAr(),
              keys.skEi(),
              keys.skAi());
    }
    send(firstMessage);
    return this;
  }

  /** Everything that the engine sent since {@link #accept}. */
  public List<IkeMessage> heard() {
    return List.copyOf(heard);
  }

  /** The last request of the engine. */
  public IkeMessage asked() {
    return heard.get(heard.size() - 1);
  }

  public IdPayload id() {
    return new IdPayload(false, IdType.ID_IPV4_ADDR, Octets.copyOf(here.getAddress().getAddress()));
  }

  /** The proof by a shared key. */
  public AuthPayload auth(String secret) {
    try (SecretBytes psk = SecretBytes.copyOf(secret.getBytes(StandardCharsets.UTF_8));
        SecretBytes own = SecretBytes.copyOf(skPr)) {
      return new AuthPayload(
          AuthMethod.SHARED_KEY,
          Octets.copyOf(
              PskAuth.compute(
                  CRYPTO.prf(PROPOSAL.prf()), psk, own, firstMessage, peerNonce, id().body())));
    }
  }

  /** Answers the last request. */
  public void respond(Payload... payloads) {
    IkeHeader question = asked().header();
    send(
        MessageEncoder.encode(
            header(question.exchangeType(), question.messageId()), List.of(payloads), protection));
  }

  private IkeHeader header(int exchange, int messageId) {
    return IkeHeader.of(spiI, SPI, exchange, false, true, messageId);
  }

  private void send(byte[] octets) {
    lab.net.inject(new Datagram(here, there, false, octets));
    listen();
  }

  /** Hears what the engine says next, by itself. */
  public void listen() {
    lab.time.run(Duration.ofMillis(50));
    for (Optional<Datagram> one = next(); one.isPresent(); one = next()) {
      byte[] answer = one.get().octets();
      if (MessageDecoder.open(answer, decode(answer), protection)
          instanceof DecodeResult.Decoded<IkeMessage> opened) {
        heard.add(opened.value());
      }
    }
  }

  private Optional<Datagram> next() {
    while (seen < lab.net.sent().size()) {
      Datagram datagram = lab.net.sent().get(seen++);
      if (datagram.remote().equals(here)) {
        return Optional.of(datagram);
      }
    }
    return Optional.empty();
  }

  private static IkeMessage decode(byte[] octets) {
    return ((DecodeResult.Decoded<IkeMessage>) MessageDecoder.message(octets)).value();
  }
}
