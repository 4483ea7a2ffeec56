package io.keyway.it.fuzz;

import io.keyway.api.crypto.IkeProposal;
import io.keyway.api.ike.IkeTransport.Datagram;
import io.keyway.api.key.SecretBytes;
import io.keyway.ike.crypto.IkeSaKeys;
import io.keyway.ike.crypto.KeyAgreementResult;
import io.keyway.ike.crypto.KeyExchange;
import io.keyway.ike.crypto.KeySchedule;
import io.keyway.ike.crypto.PskAuth;
import io.keyway.ike.crypto.SkOpenResult;
import io.keyway.ike.crypto.SkProtection;
import io.keyway.ike.engine.lab.Config;
import io.keyway.ike.engine.lab.Lab;
import io.keyway.ike.engine.negotiate.IkeProposals;
import io.keyway.ike.message.AuthPayload;
import io.keyway.ike.message.DecodeResult;
import io.keyway.ike.message.EncryptedPayload;
import io.keyway.ike.message.ExchangeType;
import io.keyway.ike.message.IdPayload;
import io.keyway.ike.message.IdType;
import io.keyway.ike.message.IkeHeader;
import io.keyway.ike.message.IkeMessage;
import io.keyway.ike.message.KePayload;
import io.keyway.ike.message.MessageDecoder;
import io.keyway.ike.message.MessageEncoder;
import io.keyway.ike.message.NoncePayload;
import io.keyway.ike.message.NotifyPayload;
import io.keyway.ike.message.NotifyType;
import io.keyway.ike.message.Octets;
import io.keyway.ike.message.Payload;
import io.keyway.ike.message.PayloadType;
import io.keyway.ike.message.SaPayload;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/** A peer with the right keys that says whatever it is told to, in either role. */
final class WildPeer {
  static final String ADDRESS = "198.51.100.66";
  static final IkeProposal IKE = Config.GCM_X25519;
  private static final long SPI = 0x6b6b6b6b6b6b6b6bL;
  private static final int GENERIC_HEADER = 4;

  private final Lab lab;
  private final boolean initiator;
  private final InetSocketAddress here = new InetSocketAddress(Config.address(ADDRESS), 500);
  private final InetSocketAddress there;
  private final byte[] ourNonce = new byte[32];
  private final IdPayload id;
  private final List<byte[]> said = new ArrayList<>();
  private byte[] ourInit = {};
  private byte[] peerNonce = {};
  private long spiI;
  private long spiR;
  private IkeSaKeys keys;
  private SkProtection sealing;
  private SkProtection opening;
  private int heard;
  private int nextId;
  private IkeMessage asked;
  private int peerChild;

  WildPeer(Lab lab, String there, boolean initiator) {
    this.lab = lab;
    this.initiator = initiator;
    this.there = new InetSocketAddress(Config.address(there), 500);
    id =
        new IdPayload(
            initiator, IdType.ID_IPV4_ADDR, Octets.copyOf(Config.address(ADDRESS).getAddress()));
    Arrays.fill(ourNonce, (byte) 0x5a);
  }

  // --- IKE_SA_INIT ----------------------------------------------------------------------------

  /** An honest first exchange, as who begins. */
  void connect() {
    spiI = SPI;
    try (KeyExchange.Initiation initiation =
        TestKeys.CRYPTO.keyExchange(IKE.keyExchange()).initiate()) {
      List<Payload> payloads = first(IkeProposals.offer(List.of(IKE), Octets.EMPTY));
      payloads.add(ke(initiation.publicValue()));
      ourInit = MessageEncoder.encode(header(ExchangeType.IKE_SA_INIT, false, 0), payloads);
      send(ourInit);
      IkeMessage answer =
          heardInClear().orElseThrow(() -> new IllegalStateException("no answer to an honest one"));
      spiR = answer.header().responderSpi();
      keyed(answer, initiation.complete(value(answer)));
    }
    nextId = 1;
  }

  /** The same as who answers; false when nobody asked. */
  boolean accept() {
    Optional<IkeMessage> request = heardInClear();
    if (request.isEmpty()) {
      return false;
    }
    spiI = request.get().header().initiatorSpi();
    spiR = SPI;
    KeyAgreementResult result =
        TestKeys.CRYPTO.keyExchange(IKE.keyExchange()).respond(value(request.get()));
    if (!(result instanceof KeyAgreementResult.Agreed agreed)) {
      throw new IllegalStateException("the engine's own public value is refused: " + result);
    }
    SaPayload offer = request.get().first(SaPayload.class).orElseThrow();
    List<Payload> payloads =
        first(
            new SaPayload(
                List.of(IkeProposals.choose(List.of(IKE), offer).orElseThrow().answer())));
    payloads.add(ke(agreed.publicValue()));
    ourInit = MessageEncoder.encode(header(ExchangeType.IKE_SA_INIT, true, 0), payloads);
    keyed(request.get(), result);
    send(ourInit);
    return true;
  }

  private List<Payload> first(SaPayload sa) {
    return new ArrayList<>(
        List.of(
            sa,
            new NoncePayload(Octets.copyOf(ourNonce)),
            NotifyPayload.of(NotifyType.IKEV2_FRAGMENTATION_SUPPORTED)));
  }

  private static KePayload ke(byte[] value) {
    return new KePayload(IKE.keyExchange().ianaId(), Octets.copyOf(value));
  }

  private static byte[] value(IkeMessage message) {
    return message.first(KePayload.class).orElseThrow().publicValue().toArray();
  }

  private void keyed(IkeMessage theirs, KeyAgreementResult result) {
    peerNonce = theirs.first(NoncePayload.class).orElseThrow().nonce().toArray();
    if (!(result instanceof KeyAgreementResult.Agreed agreed)) {
      throw new IllegalStateException("the engine's own public value is refused: " + result);
    }
    byte[] ni = initiator ? ourNonce : peerNonce;
    byte[] nr = initiator ? peerNonce : ourNonce;
    try (SecretBytes secret = agreed.sharedSecret()) {
      keys =
          KeySchedule.ikeSa(
              TestKeys.CRYPTO.prf(IKE.prf()),
              IKE.encryption(),
              IKE.integrity(),
              secret,
              ni,
              nr,
              spiI,
              spiR);
    }
    SkProtection ofInitiator =
        TestKeys.CRYPTO.skProtection(IKE.encryption(), IKE.integrity(), keys.skEi(), keys.skAi());
    SkProtection ofResponder =
        TestKeys.CRYPTO.skProtection(IKE.encryption(), IKE.integrity(), keys.skEr(), keys.skAr());
    sealing = initiator ? ofInitiator : ofResponder;
    opening = initiator ? ofResponder : ofInitiator;
  }

  // --- what it says ---------------------------------------------------------------------------

  IdPayload id() {
    return id;
  }

  /** The proof that the engine expects. */
  AuthPayload auth() {
    try (SecretBytes psk = SecretBytes.copyOf("a shared secret".getBytes(StandardCharsets.UTF_8))) {
      byte[] proof =
          PskAuth.compute(
              TestKeys.CRYPTO.prf(IKE.prf()),
              psk,
              initiator ? keys.skPi() : keys.skPr(),
              ourInit,
              peerNonce,
              id.body());
      return new AuthPayload(2, Octets.copyOf(proof));
    }
  }

  /** The engine's request that waits for an answer. */
  Optional<IkeMessage> asked() {
    return Optional.ofNullable(asked);
  }

  /** The SPI of the engine's child, as it last said. */
  int peerChild() {
    return peerChild;
  }

  /** A protected request with an id that is so far from the one that is due. */
  void request(int exchange, int idOffset, int first, byte[] inner) {
    send(sealed(exchange, false, nextId + idOffset, first, inner));
  }

  /** A protected answer to what the engine asked last. */
  void respond(int first, byte[] inner) {
    if (asked != null) {
      IkeHeader question = asked.header();
      asked = null;
      send(sealed(question.exchangeType(), true, question.messageId(), first, inner));
    }
  }

  /** A fragment (RFC 7383) of a request, or of the answer that the engine waits for. */
  void fragment(
      int exchange, boolean response, int idOffset, int number, int total, int first, byte[] part) {
    int messageId =
        response && asked != null ? asked.header().messageId() + idOffset : nextId + idOffset;
    int body = sealing.bodyOctets(part.length);
    int length = IkeHeader.LENGTH + 2 * GENERIC_HEADER + body;
    ByteBuffer prefix = ByteBuffer.allocate(IkeHeader.LENGTH + 2 * GENERIC_HEADER);
    outer(prefix, PayloadType.SKF, exchange, response, messageId, length);
    prefix.put((byte) first).put((byte) 0).putShort((short) (2 * GENERIC_HEADER + body));
    prefix.putShort((short) number).putShort((short) total);
    byte[] sealed = sealing.seal(prefix.array(), part);
    send(ByteBuffer.allocate(length).put(prefix.array()).put(sealed).array());
  }

  /** A message that anybody could send, with the SPIs of the IKE SA. */
  void inClear(int exchange, int flags, int messageId, int first, byte[] chain) {
    ByteBuffer message = ByteBuffer.allocate(IkeHeader.LENGTH + chain.length);
    outer(message, first, exchange, false, messageId, message.capacity());
    message.put(19, (byte) flags).put(chain);
    send(message.array());
  }

  /** Once more what was said before. */
  void again(int which) {
    if (!said.isEmpty()) {
      send(said.get(which % said.size()));
    }
  }

  void send(byte[] datagram) {
    said.add(datagram);
    lab.net.inject(new Datagram(here, there, false, datagram));
    lab.time.run(Duration.ofMillis(50));
    hear();
  }

  private byte[] sealed(int exchange, boolean response, int messageId, int first, byte[] inner) {
    int body = sealing.bodyOctets(inner.length);
    int length = IkeHeader.LENGTH + GENERIC_HEADER + body;
    ByteBuffer prefix = ByteBuffer.allocate(IkeHeader.LENGTH + GENERIC_HEADER);
    outer(prefix, PayloadType.SK, exchange, response, messageId, length);
    prefix.put((byte) first).put((byte) 0).putShort((short) (GENERIC_HEADER + body));
    byte[] sealed = sealing.seal(prefix.array(), inner);
    return ByteBuffer.allocate(length).put(prefix.array()).put(sealed).array();
  }

  private void outer(
      ByteBuffer to, int next, int exchange, boolean response, int messageId, int length) {
    int role = initiator ? IkeHeader.FLAG_INITIATOR : 0;
    to.putLong(spiI).putLong(spiR).put((byte) next).put((byte) IkeHeader.VERSION_2_0);
    to.put((byte) exchange).put((byte) (role | (response ? IkeHeader.FLAG_RESPONSE : 0)));
    to.putInt(messageId).putInt(length);
  }

  private IkeHeader header(int exchange, boolean response, int messageId) {
    return IkeHeader.of(spiI, spiR, exchange, initiator, response, messageId);
  }

  // --- what it hears --------------------------------------------------------------------------

  /** How many datagrams the engine sent here. */
  int heard() {
    return (int) lab.net.sent().stream().filter(d -> d.remote().equals(here)).count();
  }

  private Optional<IkeMessage> heardInClear() {
    IkeMessage last = null;
    for (; heard < lab.net.sent().size(); heard++) {
      Datagram datagram = lab.net.sent().get(heard);
      if (datagram.remote().equals(here)
          && MessageDecoder.message(datagram.octets())
              instanceof DecodeResult.Decoded<IkeMessage> decoded
          && decoded.value().first(KePayload.class).isPresent()) {
        last = decoded.value();
      }
    }
    return Optional.ofNullable(last);
  }

  /** Notes what the engine asks and answers. */
  void hear() {
    for (; keys != null && heard < lab.net.sent().size(); heard++) {
      Datagram datagram = lab.net.sent().get(heard);
      if (datagram.remote().equals(here)) {
        opened(datagram.octets()).ifPresent(this::note);
      }
    }
  }

  private Optional<IkeMessage> opened(byte[] datagram) {
    if (!(MessageDecoder.message(datagram) instanceof DecodeResult.Decoded<IkeMessage> outer)
        || outer.value().first(EncryptedPayload.class).isEmpty()) {
      return Optional.empty();
    }
    EncryptedPayload sk = outer.value().first(EncryptedPayload.class).get();
    if (opening.open(datagram, sk.offset()) instanceof SkOpenResult.Opened opened
        && MessageDecoder.inner(outer.value().header(), sk.firstInner(), opened.plaintext())
            instanceof DecodeResult.Decoded<IkeMessage> inner) {
      return Optional.of(inner.value());
    }
    return Optional.empty();
  }

  private void note(IkeMessage message) {
    if (!message.header().isResponse()) {
      asked = message;
    } else if (message.header().messageId() == nextId) {
      nextId++;
    }
    message
        .first(SaPayload.class)
        .filter(sa -> !sa.proposals().isEmpty() && sa.proposals().get(0).spi().length() == 4)
        .ifPresent(
            sa -> peerChild = ByteBuffer.wrap(sa.proposals().get(0).spi().toArray()).getInt());
  }
}
