package io.keyway.ike.engine.lab;

import io.keyway.api.crypto.EncryptionAlgorithm;
import io.keyway.api.crypto.IkeProposal;
import io.keyway.api.crypto.IntegrityAlgorithm;
import io.keyway.api.ike.IkeTransport.Datagram;
import io.keyway.api.key.SecretBytes;
import io.keyway.api.ts.TrafficSelector;
import io.keyway.ike.crypto.IkeCrypto;
import io.keyway.ike.crypto.IkeSaKeys;
import io.keyway.ike.crypto.KeyAgreementResult;
import io.keyway.ike.crypto.KeyExchange;
import io.keyway.ike.crypto.KeySchedule;
import io.keyway.ike.crypto.PskAuth;
import io.keyway.ike.crypto.SkOpenResult;
import io.keyway.ike.crypto.SkProtection;
import io.keyway.ike.engine.negotiate.EspProposals;
import io.keyway.ike.engine.negotiate.IkeProposals;
import io.keyway.ike.engine.negotiate.Selectors;
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

/** An initiator that knows the protocol and keeps none of its rules. */
public final class HostilePeer {
  public static final long SPI = 0x6b6b6b6b6b6b6b6bL;
  private static final IkeCrypto CRYPTO = IkeCrypto.create(new SecureRandom());

  private final Lab lab;
  private final IkeProposal proposal;
  private InetSocketAddress from = new InetSocketAddress(Config.address("198.51.100.66"), 500);
  private final InetSocketAddress to;
  private final byte[] nonce = new byte[32];
  private byte[] firstMessage = {};
  private byte[] peerNonce = {};
  private byte[] skPi = {};
  private byte[] skD = {};
  private long spiI = SPI;
  private long spiR;
  private MessageProtection protection;
  private int nextId = 1;

  public HostilePeer(Lab lab, String to, IkeProposal proposal) {
    this.lab = lab;
    this.proposal = proposal;
    this.to = new InetSocketAddress(Config.address(to), 500);
  }

  /** From another address from now on. */
  public void moveTo(String address) {
    from = new InetSocketAddress(Config.address(address), 500);
  }

  public InetSocketAddress address() {
    return from;
  }

  /** Sends octets, and returns everything that came back. */
  public List<IkeMessage> send(byte[] octets) {
    int before = lab.net.sent().size();
    lab.net.inject(new Datagram(from, to, false, octets));
    lab.time.run(Duration.ofMillis(50));
    List<IkeMessage> answers = new ArrayList<>();
    for (Datagram answer : List.copyOf(lab.net.sent().subList(before, lab.net.sent().size()))) {
      if (answer.remote().equals(from)
          && MessageDecoder.message(answer.octets())
              instanceof DecodeResult.Decoded<IkeMessage> decoded) {
        answers.add(open(answer.octets(), decoded.value()));
      }
    }
    return answers;
  }

  private IkeMessage open(byte[] octets, IkeMessage outer) {
    return protection != null
            && MessageDecoder.open(octets, outer, protection)
                instanceof DecodeResult.Decoded<IkeMessage> inner
        ? inner.value()
        : outer;
  }

  /** A first message with payloads of choice. */
  public List<IkeMessage> init(List<? extends Payload> payloads) {
    firstMessage = MessageEncoder.encode(header(ExchangeType.IKE_SA_INIT, 0, SPI), payloads);
    return send(firstMessage);
  }

  /** What an honest first message brings, but for the public value. */
  public List<Payload> payloads(int group, byte[] publicValue) {
    return List.of(
        IkeProposals.offer(List.of(proposal), Octets.EMPTY),
        new KePayload(group, Octets.copyOf(publicValue)),
        new NoncePayload(Octets.copyOf(nonce)));
  }

  /** An honest IKE_SA_INIT; from now on messages can be protected. */
  public HostilePeer connect() {
    try (KeyExchange.Initiation initiation =
        CRYPTO.keyExchange(proposal.keyExchange()).initiate()) {
      IkeMessage answer =
          init(payloads(proposal.keyExchange().ianaId(), initiation.publicValue())).get(0);
      spiR = answer.header().responderSpi();
      KeyAgreementResult.Agreed agreed =
          (KeyAgreementResult.Agreed)
              initiation.complete(
                  answer.first(KePayload.class).orElseThrow().publicValue().toArray());
      peerNonce = answer.first(NoncePayload.class).orElseThrow().nonce().toArray();
      try (SecretBytes secret = agreed.sharedSecret();
          IkeSaKeys keys =
              KeySchedule.ikeSa(
                  CRYPTO.prf(proposal.prf()),
                  proposal.encryption(),
                  proposal.integrity(),
                  secret,
                  nonce,
                  peerNonce,
                  SPI,
                  spiR)) {
        skPi = keys.skPi().read(byte[]::clone);
        skD = keys.skD().read(byte[]::clone);
        protection =
            protection(
                proposal.encryption(),
                proposal.integrity(),
                keys.skEi(),
                keys.skAi(),
                keys.skEr(),
                keys.skAr());
      }
    }
    return this;
  }

  /** Who it says it is. */
  public IdPayload id() {
    return new IdPayload(
        true, IdType.ID_IPV4_ADDR, Octets.copyOf(Config.address("198.51.100.66").getAddress()));
  }

  /** What an honest first IKE_AUTH asks for besides; without AUTH it asks for EAP. */
  public List<Payload> question() {
    TrafficSelector any = TrafficSelector.prefix(Config.address("0.0.0.0"), 0);
    return List.of(
        id(),
        EspProposals.offer(List.of(Config.ESP_GCM), 0x66666666, false),
        Selectors.toWire(true, List.of(any)),
        Selectors.toWire(false, List.of(any)));
  }

  /** An honest IKE_AUTH by the shared key, with payloads of choice at its end. */
  public List<IkeMessage> authenticate(Payload... more) {
    List<Payload> payloads = new ArrayList<>(question());
    try (SecretBytes psk = SecretBytes.copyOf("a shared secret".getBytes(StandardCharsets.UTF_8));
        SecretBytes own = SecretBytes.copyOf(skPi)) {
      byte[] proof =
          PskAuth.compute(
              CRYPTO.prf(proposal.prf()), psk, own, firstMessage, peerNonce, id().body());
      payloads.add(1, new AuthPayload(AuthMethod.SHARED_KEY, Octets.copyOf(proof)));
    }
    payloads.addAll(List.of(more));
    return request(ExchangeType.IKE_AUTH, payloads);
  }

  /** Answers what the engine asked. */
  public List<IkeMessage> respond(IkeMessage asked, Payload... payloads) {
    IkeHeader header =
        IkeHeader.of(
            spiI, spiR, asked.header().exchangeType(), true, true, asked.header().messageId());
    return send(MessageEncoder.encode(header, List.of(payloads), protection));
  }

  /** In clear, as who does not know the IKE SA: an answer to what the engine asked. */
  public List<IkeMessage> respondInClear(IkeMessage asked, Payload... payloads) {
    IkeHeader header =
        IkeHeader.of(
            spiI, spiR, asked.header().exchangeType(), true, true, asked.header().messageId());
    return send(MessageEncoder.encode(header, List.of(payloads)));
  }

  static MessageProtection protection(
      EncryptionAlgorithm encryption,
      IntegrityAlgorithm integrity,
      SecretBytes ei,
      SecretBytes ai,
      SecretBytes er,
      SecretBytes ar) {
    SkProtection ours = CRYPTO.skProtection(encryption, integrity, ei, ai);
    SkProtection theirs = CRYPTO.skProtection(encryption, integrity, er, ar);
    return new MessageProtection() {
      @Override
      public int bodyOctets(int plaintextOctets) {
        return ours.bodyOctets(plaintextOctets);
      }

      @Override
      public byte[] seal(byte[] prefix, byte[] plaintext) {
        return ours.seal(prefix, plaintext);
      }

      @Override
      public Optional<byte[]> open(byte[] message, int bodyOffset) {
        return theirs.open(message, bodyOffset) instanceof SkOpenResult.Opened opened
            ? Optional.of(opened.plaintext())
            : Optional.empty();
      }
    };
  }

  /** A protected request with the next message id, whatever its type. */
  public List<IkeMessage> request(int exchange, List<? extends Payload> payloads) {
    IkeHeader header = IkeHeader.of(spiI, spiR, exchange, true, false, nextId);
    List<IkeMessage> answers = send(MessageEncoder.encode(header, payloads, protection));
    if (!answers.isEmpty()) {
      nextId++;
    }
    return answers;
  }

  /**
   * Replaces the IKE SA by another with its first SPI, and does not delete the old one.
   *
   * @return whether the engine took part
   */
  public boolean rekeyIke(long newSpi) {
    try (KeyExchange.Initiation initiation =
        CRYPTO.keyExchange(proposal.keyExchange()).initiate()) {
      List<IkeMessage> answers =
          request(
              ExchangeType.CREATE_CHILD_SA,
              List.of(
                  IkeProposals.offer(List.of(proposal), Octets.ofLong(newSpi)),
                  new NoncePayload(Octets.copyOf(nonce)),
                  new KePayload(
                      proposal.keyExchange().ianaId(), Octets.copyOf(initiation.publicValue()))));
      IkeMessage answer = answers.get(0);
      if (answer.error().isPresent()) {
        return false;
      }
      long theirs = answer.first(SaPayload.class).orElseThrow().proposals().get(0).spi().toLong();
      KeyAgreementResult.Agreed agreed =
          (KeyAgreementResult.Agreed)
              initiation.complete(
                  answer.first(KePayload.class).orElseThrow().publicValue().toArray());
      byte[] nr = answer.first(NoncePayload.class).orElseThrow().nonce().toArray();
      try (SecretBytes secret = agreed.sharedSecret();
          SecretBytes old = SecretBytes.copyOf(skD);
          IkeSaKeys keys =
              KeySchedule.rekeyedIkeSa(
                  CRYPTO.prf(proposal.prf()),
                  old,
                  CRYPTO.prf(proposal.prf()),
                  proposal.encryption(),
                  proposal.integrity(),
                  secret,
                  nonce,
                  nr,
                  newSpi,
                  theirs)) {
        skD = keys.skD().read(byte[]::clone);
        protection =
            protection(
                proposal.encryption(),
                proposal.integrity(),
                keys.skEi(),
                keys.skAi(),
                keys.skEr(),
                keys.skAr());
      }
      spiI = newSpi;
      spiR = theirs;
      nextId = 0;
      return true;
    }
  }

  /** The same with hardly a moment in between; nobody waits for the answer. */
  public void requestAtOnce(int exchange, List<? extends Payload> payloads) {
    IkeHeader header = IkeHeader.of(spiI, spiR, exchange, true, false, nextId++);
    byte[] octets = MessageEncoder.encode(header, payloads, protection);
    lab.net.deliver(new Datagram(from, to, false, octets));
    lab.time.run(Duration.ofNanos(1));
  }

  private IkeHeader header(int exchange, int messageId, long spi) {
    return IkeHeader.of(spi, spiR, exchange, true, false, messageId);
  }
}
