package io.keyway.ike.engine;

import static org.assertj.core.api.Assertions.assertThat;

import io.keyway.api.crypto.EncryptionAlgorithm;
import io.keyway.api.crypto.IkeProposal;
import io.keyway.api.crypto.IntegrityAlgorithm;
import io.keyway.api.crypto.KeyExchangeMethod;
import io.keyway.api.crypto.PrfAlgorithm;
import io.keyway.api.ike.ChildResult;
import io.keyway.api.ike.IkeTransport.Datagram;
import io.keyway.ike.crypto.IkeCrypto;
import io.keyway.ike.crypto.Puzzle;
import io.keyway.ike.engine.base.EngineSettings;
import io.keyway.ike.engine.base.EngineSettings.Flood;
import io.keyway.ike.engine.base.WireSettings;
import io.keyway.ike.engine.lab.Config;
import io.keyway.ike.engine.lab.Lab;
import io.keyway.ike.engine.lab.Net;
import io.keyway.ike.message.DecodeResult;
import io.keyway.ike.message.EncryptedFragmentPayload;
import io.keyway.ike.message.EncryptedPayload;
import io.keyway.ike.message.ExchangeType;
import io.keyway.ike.message.IkeHeader;
import io.keyway.ike.message.IkeMessage;
import io.keyway.ike.message.MessageDecoder;
import io.keyway.ike.message.MessageEncoder;
import io.keyway.ike.message.NoncePayload;
import io.keyway.ike.message.NotifyPayload;
import io.keyway.ike.message.NotifyType;
import io.keyway.ike.message.Octets;
import io.keyway.ike.message.Payload;
import io.keyway.ike.message.PayloadType;
import io.keyway.ike.message.PuzzleSolutionPayload;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.security.GeneralSecurityException;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import org.junit.jupiter.api.Test;

/** Puzzles in IKE_AUTH (RFC 8019 section 7.2): the key exchange waits for the solution. */
class AuthPuzzleTest {
  private static final Duration LIMIT = Duration.ofSeconds(20);
  private static final IkeCrypto CRYPTO = IkeCrypto.create(new SecureRandom());
  private static final InetSocketAddress LEFT =
      new InetSocketAddress(Config.address("192.0.2.1"), 500);
  private static final InetSocketAddress RIGHT =
      new InetSocketAddress(Config.address("192.0.2.2"), 500);
  private static final int FIRST_REQUEST = 1;

  /** Every peer is suspect. */
  private static final Flood SUSPICIOUS = new Flood(256, 0, 6, 12, 0);

  private static EngineSettings always() {
    return EngineSettings.defaults()
        .withHalfOpen(Duration.ofSeconds(30), 0, 10_000)
        .withFlood(SUSPICIOUS);
  }

  private static Lab lab() {
    Lab lab = new Lab(always());
    lab.load(Lab.leftNet(), Lab.rightNet().anyPeer());
    return lab;
  }

  private static IkeMessage decode(Datagram datagram) {
    return ((DecodeResult.Decoded<IkeMessage>) MessageDecoder.message(datagram.octets())).value();
  }

  private static List<IkeMessage> from(Lab lab, InetSocketAddress sender, int exchange) {
    return lab.net.sent().stream()
        .filter(d -> d.local().equals(sender))
        .map(AuthPuzzleTest::decode)
        .filter(m -> m.header().exchangeType() == exchange)
        .toList();
  }

  /** The regular answer, with SA, KE and Nr. */
  private static IkeMessage answer(Lab lab) {
    return from(lab, RIGHT, ExchangeType.IKE_SA_INIT).stream()
        .filter(m -> m.first(NoncePayload.class).isPresent())
        .findFirst()
        .orElseThrow();
  }

  @Test
  void whoIsSuspectSolvesAnotherPuzzleAndTheTunnelComesUp() throws GeneralSecurityException {
    Lab lab = lab();
    lab.up();
    lab.assertOnePair("net");
    assertThat(lab.left.count("ike-puzzles-solved")).isEqualTo(1);
    assertThat(lab.left.count("ike-auth-puzzles-solved")).isEqualTo(1);
    assertThat(lab.right.count("ike-auth-puzzles-sent")).isEqualTo(1);
    assertThat(lab.right.count("ike-auth-puzzles-unsolved")).isZero();
    IkeMessage answer = answer(lab);
    // PRF_HMAC_SHA2_384 in two octets, and the bits.
    assertThat(answer.notification(NotifyType.PUZZLE).orElseThrow().data().toArray())
        .containsExactly(0, 6, 6);
    IkeMessage request = from(lab, LEFT, ExchangeType.IKE_AUTH).get(0);
    assertThat(request.header().nextPayload()).isEqualTo(PayloadType.PUZZLE_SOLUTION);
    assertThat(request.payloads()).hasSize(2);
    assertThat(request.payloads().get(1)).isInstanceOf(EncryptedPayload.class);
    assertSolved(answer, (PuzzleSolutionPayload) request.payloads().get(0), 6);
    // Only the first request; what comes later has keys.
    assertThat(
            lab.net.sent().stream()
                .map(AuthPuzzleTest::decode)
                .filter(m -> m.first(PuzzleSolutionPayload.class).isPresent()))
        .hasSize(2);
  }

  /** By the platform's HMAC: prf(K, Nr | SPIr) ends with zeros for four different keys. */
  private static void assertSolved(IkeMessage answer, PuzzleSolutionPayload solution, int bits)
      throws GeneralSecurityException {
    byte[] nonce = answer.first(NoncePayload.class).orElseThrow().nonce().toArray();
    byte[] string =
        ByteBuffer.allocate(nonce.length + 8)
            .put(nonce)
            .putLong(answer.header().responderSpi())
            .array();
    Set<ByteBuffer> keys = new HashSet<>();
    for (int i = 0; i < PuzzleSolutionPayload.KEYS; i++) {
      Mac mac = Mac.getInstance("HmacSHA384");
      mac.init(new SecretKeySpec(solution.key(i), "HmacSHA384"));
      byte[] result = mac.doFinal(string);
      assertThat(result[result.length - 1] & (1 << bits) - 1).isZero();
      keys.add(ByteBuffer.wrap(solution.key(i)));
    }
    assertThat(keys).hasSize(PuzzleSolutionPayload.KEYS);
  }

  private static String many() {
    StringBuilder text = new StringBuilder();
    for (int i = 0; i < 100; i++) {
      text.append(i == 0 ? "" : ",").append("10.1.").append(2 * i).append(".0/24");
    }
    return text.toString();
  }

  private static Lab longMessages() {
    Lab lab = new Lab(always().withWire(WireSettings.DEFAULT.withFragments(576, 1280)));
    lab.load(
        Config.left().child("net", many(), "10.2.0.0/16"),
        Config.right().child("net", "10.2.0.0/16", many()).anyPeer());
    return lab;
  }

  @Test
  void theSolutionGoesWithTheFirstFragmentAlone() {
    Lab lab = longMessages();
    lab.up();
    lab.assertOnePair("net");
    List<IkeMessage> fragments = from(lab, LEFT, ExchangeType.IKE_AUTH);
    assertThat(fragments).hasSizeGreaterThan(3);
    for (IkeMessage fragment : fragments) {
      int number = fragment.first(EncryptedFragmentPayload.class).orElseThrow().fragment();
      assertThat(fragment.first(PuzzleSolutionPayload.class).isPresent()).isEqualTo(number == 1);
    }
    assertThat(lab.net.sent()).allMatch(d -> d.octets().length <= 576 - 28);
    assertThat(lab.right.count("ike-auth-puzzles-unsolved")).isZero();
  }

  @Test
  void fragmentsBeforeTheFirstWaitForTheRepetition() {
    Lab lab = longMessages();
    lab.net.setWeather(
        d ->
            decode(d).first(PuzzleSolutionPayload.class).isPresent()
                    && decode(d).first(EncryptedFragmentPayload.class).isPresent()
                ? List.of(Net.LATENCY.multipliedBy(3))
                : List.of(Net.LATENCY));
    lab.up();
    lab.assertOnePair("net");
    assertThat(lab.right.count("ike-auth-puzzles-unsolved")).isPositive();
    assertThat(lab.left.count("ike-retransmissions")).isEqualTo(1);
  }

  @Test
  void withAdditionalKeyExchangesTheSolutionGoesWithTheFirstOfThem() {
    IkeProposal hybrid =
        new IkeProposal(
            "hybrid",
            EncryptionAlgorithm.AES_GCM_16_256,
            IntegrityAlgorithm.NONE,
            PrfAlgorithm.PRF_HMAC_SHA2_512,
            KeyExchangeMethod.X25519,
            List.of(KeyExchangeMethod.ML_KEM_768, KeyExchangeMethod.ECP_256));
    for (boolean fragmented : new boolean[] {false, true}) {
      Lab lab = new Lab(always());
      lab.load(
          Lab.leftNet().ike(hybrid).fragmentation(fragmented),
          Lab.rightNet().ike(hybrid).fragmentation(fragmented).anyPeer());
      lab.up();
      // AUTH covers what stood in clear (RFC 9242 section 3.3.1), so both agree on it.
      lab.assertOnePair("net");
      List<IkeMessage> intermediate = from(lab, LEFT, ExchangeType.IKE_INTERMEDIATE);
      assertThat(intermediate.get(0).first(PuzzleSolutionPayload.class)).isPresent();
      assertThat(
              intermediate.stream().filter(m -> m.first(PuzzleSolutionPayload.class).isPresent()))
          .hasSize(1);
      assertThat(from(lab, LEFT, ExchangeType.IKE_AUTH))
          .allMatch(m -> m.first(PuzzleSolutionPayload.class).isEmpty());
    }
  }

  @Test
  void aKeyEncapsulationComesFirstWithAPuzzleToo() {
    IkeProposal kem =
        new IkeProposal(
            "kem",
            EncryptionAlgorithm.AES_GCM_16_256,
            IntegrityAlgorithm.NONE,
            PrfAlgorithm.PRF_HMAC_SHA2_256,
            KeyExchangeMethod.ML_KEM_512);
    Lab lab = new Lab(always());
    lab.load(Lab.leftNet().ike(kem), Lab.rightNet().ike(kem).anyPeer());
    lab.up();
    lab.assertOnePair("net");
    assertThat(lab.left.count("ike-auth-puzzles-solved")).isEqualTo(1);
  }

  @Test
  void nothingIsComputedForARequestWithoutTheSolution() {
    Lab lab = lab();
    List<Datagram> held = holdIkeAuth(lab);
    lab.left.engine.initiate("to-right", "net", LIMIT);
    lab.time.run(Duration.ofMillis(100));
    Datagram honest = held.get(0);
    IkeMessage request = decode(honest);
    EncryptedPayload sk = request.first(EncryptedPayload.class).orElseThrow();
    byte[] sealed =
        java.util.Arrays.copyOfRange(honest.octets(), sk.offset(), honest.octets().length);
    byte[] keys = request.first(PuzzleSolutionPayload.class).orElseThrow().keys().toArray();
    byte[] wrong = keys.clone();
    wrong[3] ^= 1;
    byte[] same = keys.clone();
    System.arraycopy(keys, 0, same, 4, 4);
    int before = lab.net.sent().size();
    for (List<Payload> ahead :
        List.<List<Payload>>of(List.of(), List.of(solution(wrong)), List.of(solution(same)))) {
      lab.net.deliver(new Datagram(LEFT, RIGHT, false, rebuilt(request.header(), ahead, sealed)));
    }
    lab.time.run(Duration.ofMillis(100));
    assertThat(lab.right.count("ike-auth-puzzles-unsolved")).isEqualTo(3);
    // No answer, and no keys: the shared secret was not computed.
    assertThat(lab.net.sent().subList(before, lab.net.sent().size())).isEmpty();
    assertThat(lab.right.count("ike-auth-puzzles-accepted")).isZero();
    assertThat(lab.right.count("ike-half-open")).isEqualTo(1);
    lab.net.deliver(honest);
    lab.time.run(Duration.ofMillis(100));
    lab.assertOnePair("net");
  }

  @Test
  void whoSolvedItAndIsNotGenuineLeavesTheKeysToWhoIs() {
    Lab lab = lab();
    List<Datagram> held = holdIkeAuth(lab);
    lab.left.engine.initiate("to-right", "net", LIMIT);
    lab.time.run(Duration.ofMillis(100));
    byte[] forged = held.get(0).octets().clone();
    forged[forged.length - 1] ^= 1;
    for (int i = 0; i < 20; i++) {
      lab.net.deliver(new Datagram(LEFT, RIGHT, false, forged));
    }
    lab.time.run(Duration.ofMillis(10));
    assertThat(lab.right.count("ike-dropped-unauthentic")).isEqualTo(20);
    assertThat(lab.right.count("ike-auth-puzzles-accepted")).isEqualTo(1);
    assertThat(lab.right.count("ike-half-open-garbage")).isEqualTo(1);
    lab.net.deliver(held.get(0));
    lab.time.run(Duration.ofMillis(100));
    lab.assertOnePair("net");
    assertThat(lab.right.count("ike-half-open-garbage")).isZero();
  }

  @Test
  void aPuzzleThatIsTooHardIsLeftAndTheReasonIsNamed() {
    Lab lab = lab();
    lab.net.setNat(
        d -> {
          if (!d.local().equals(RIGHT) || decode(d).first(NoncePayload.class).isEmpty()) {
            return d;
          }
          IkeMessage answer = decode(d);
          List<Payload> payloads = new ArrayList<>(answer.payloads());
          payloads.replaceAll(
              p ->
                  p instanceof NotifyPayload n && n.type() == NotifyType.PUZZLE
                      ? NotifyPayload.of(NotifyType.PUZZLE, Octets.ofHex("000628"))
                      : p);
          return new Datagram(
              d.local(), d.remote(), d.marker(), MessageEncoder.encode(answer.header(), payloads));
        });
    CompletableFuture<ChildResult> result =
        lab.left.engine.initiate("to-right", "net", Duration.ofMinutes(5)).toCompletableFuture();
    lab.time.run(Duration.ofMinutes(3));
    assertThat(lab.left.count("ike-auth-puzzles-solved")).isZero();
    assertThat(lab.right.count("ike-auth-puzzles-unsolved")).isPositive();
    assertThat(result.join().outcome().reason())
        .contains("the peer demands a puzzle of 40 bits, which is too hard");
  }

  @Test
  void anAddressThatStopsHalfWayIsAskedForPuzzlesAndOthersAreNot() {
    Lab lab =
        new Lab(
            EngineSettings.defaults()
                .withHalfOpen(Duration.ofSeconds(30), 0, 10_000)
                .withFlood(new Flood(16, 1000, 4, 12)));
    lab.load(Lab.leftNet(), Lab.rightNet().anyPeer());
    InetSocketAddress greedy = new InetSocketAddress(Config.address("198.51.100.1"), 500);
    byte[] first = firstMessage(lab);
    // It returns its cookies, and solves its puzzles once there are any; never IKE_AUTH.
    for (int i = 1; i <= 12; i++) {
      opened(lab, greedy, numbered(first, i));
    }
    assertThat(lab.right.count("ike-half-open")).isEqualTo(12);
    assertThat(lab.right.count("ike-puzzles-sent")).isEqualTo(4);
    assertThat(lab.right.count("ike-auth-puzzles-sent")).isEqualTo(4);
    lab.net.fine();
    lab.up();
    lab.assertOnePair("net");
    assertThat(lab.right.count("ike-puzzles-sent")).isEqualTo(4);
    // No keys were computed for those that have a puzzle to solve.
    assertThat(lab.right.count("ike-auth-puzzles-accepted")).isZero();
    lab.time.run(Duration.ofMinutes(1));
    assertThat(lab.right.count("ike-half-open")).isZero();
    opened(lab, greedy, numbered(first, 13));
    assertThat(lab.right.count("ike-puzzles-sent")).isEqualTo(4);
  }

  @Test
  void garbageInIkeAuthMakesEveryoneSolveAndWhoCannotGetsInMoreSeldom() {
    Lab lab =
        new Lab(
            EngineSettings.defaults()
                .withHalfOpen(Duration.ofSeconds(30), 0, 10_000)
                .withFlood(new Flood(16, 1000, 4, 12, 10)));
    lab.load(Lab.leftNet(), Lab.rightNet().anyPeer());
    byte[] first = firstMessage(lab);
    // A botnet: one IKE SA each, and then a message that costs nothing to make.
    for (int i = 1; i <= 30; i++) {
      InetSocketAddress bot = new InetSocketAddress(Config.address("198.51.100." + i), 500);
      IkeMessage answer = opened(lab, bot, numbered(first, i)).orElseThrow();
      garbage(lab, bot, answer);
    }
    assertThat(lab.right.count("ike-half-open-garbage")).isEqualTo(10);
    assertThat(lab.right.count("ike-auth-puzzles-sent")).isEqualTo(20);
    assertThat(lab.right.count("ike-auth-puzzles-unsolved")).isEqualTo(20);
    assertThat(lab.right.count("ike-auth-puzzles-accepted")).isZero();
    // Who solves gets in through it.
    lab.net.fine();
    lab.up();
    lab.assertOnePair("net");
    assertThat(lab.left.count("ike-auth-puzzles-solved")).isEqualTo(1);
    // Who knows no puzzles repeats itself, and gets in some time, without a second puzzle.
    InetSocketAddress old = new InetSocketAddress(Config.address("203.0.113.7"), 500);
    byte[] plain = numbered(first, 1000);
    Octets cookie = cookie(lab, old, plain).notification(NotifyType.COOKIE).orElseThrow().data();
    long sent = lab.right.count("ike-auth-puzzles-sent");
    List<Payload> payloads = new ArrayList<>(decode(to(old, plain)).payloads());
    payloads.add(0, NotifyPayload.of(NotifyType.COOKIE, cookie));
    byte[] again = MessageEncoder.encode(decode(to(old, plain)).header(), payloads);
    Optional<IkeMessage> answer = Optional.empty();
    for (int i = 0; i < 100 && answer.isEmpty(); i++) {
      answer = exchange(lab, old, again);
    }
    assertThat(answer.orElseThrow().has(NotifyType.PUZZLE)).isFalse();
    assertThat(lab.right.count("ike-auth-puzzles-sent")).isEqualTo(sent);
    // And when the garbage is over, nobody is asked any more.
    lab.time.run(Duration.ofMinutes(1));
    assertThat(lab.right.count("ike-half-open-garbage")).isZero();
    long puzzles = lab.right.count("ike-puzzles-sent");
    assertThat(opened(lab, old, numbered(first, 1001))).isPresent();
    assertThat(lab.right.count("ike-puzzles-sent")).isEqualTo(puzzles);
  }

  // --- a peer by hand -----------------------------------------------------------------------

  private static byte[] firstMessage(Lab lab) {
    lab.net.dead();
    lab.left.engine.initiate("to-right", "net", Duration.ofSeconds(1));
    lab.time.run(Duration.ofMinutes(3));
    return lab.net.sent().get(0).octets();
  }

  private static byte[] numbered(byte[] template, int i) {
    byte[] message = template.clone();
    ByteBuffer.wrap(message).putLong(0x5a5a_0000_0000_0000L + i);
    return message;
  }

  private static Datagram to(InetSocketAddress from, byte[] octets) {
    return new Datagram(from, RIGHT, false, octets);
  }

  private static Optional<IkeMessage> exchange(Lab lab, InetSocketAddress from, byte[] octets) {
    int before = lab.net.sent().size();
    lab.net.deliver(to(from, octets));
    lab.time.run(Duration.ofMillis(1));
    return List.copyOf(lab.net.sent().subList(before, lab.net.sent().size())).stream()
        .filter(d -> d.remote().equals(from))
        .map(AuthPuzzleTest::decode)
        .findFirst();
  }

  private static IkeMessage cookie(Lab lab, InetSocketAddress from, byte[] first) {
    return exchange(lab, from, first).orElseThrow();
  }

  /** The whole of IKE_SA_INIT, with cookie and puzzle as they are demanded. */
  private static Optional<IkeMessage> opened(Lab lab, InetSocketAddress from, byte[] first) {
    IkeMessage asked = cookie(lab, from, first);
    IkeMessage plain = decode(to(from, first));
    List<Payload> payloads = new ArrayList<>();
    Octets cookie = asked.notification(NotifyType.COOKIE).orElseThrow().data();
    payloads.add(NotifyPayload.of(NotifyType.COOKIE, cookie));
    asked
        .notification(NotifyType.PUZZLE)
        .ifPresent(n -> payloads.add(solution(solve(n.data(), cookie.toArray()))));
    payloads.addAll(plain.payloads());
    return exchange(lab, from, MessageEncoder.encode(plain.header(), payloads));
  }

  private static byte[] solve(Octets demand, byte[] string) {
    PrfAlgorithm prf = PrfAlgorithm.ofWire(demand.at(0) << 8 | demand.at(1)).orElseThrow();
    Puzzle puzzle = new Puzzle(CRYPTO.prf(prf), string, demand.at(2));
    while (!puzzle.step(1000)) {
      assertThat(demand.at(2)).isLessThan(16);
    }
    return puzzle.solution();
  }

  private static PuzzleSolutionPayload solution(byte[] keys) {
    return new PuzzleSolutionPayload(Octets.copyOf(keys));
  }

  private static void garbage(Lab lab, InetSocketAddress from, IkeMessage answer) {
    IkeHeader header =
        IkeHeader.of(
            answer.header().initiatorSpi(),
            answer.header().responderSpi(),
            ExchangeType.IKE_AUTH,
            true,
            false,
            FIRST_REQUEST);
    exchange(lab, from, rebuilt(header, List.of(), new byte[100]));
  }

  /** Payloads in clear, and SK with a body that somebody else sealed. */
  private static byte[] rebuilt(IkeHeader header, List<Payload> ahead, byte[] body) {
    byte[] clear = MessageEncoder.encode(header, ahead);
    ByteBuffer all = ByteBuffer.allocate(clear.length + 4 + body.length);
    all.put(clear).put((byte) PayloadType.ID_I).put((byte) 0).putShort((short) (4 + body.length));
    all.put(body).putInt(24, all.capacity());
    // The last one in clear, or the header, says that SK follows.
    all.put(ahead.isEmpty() ? 16 : IkeHeader.LENGTH, (byte) PayloadType.SK);
    return all.array();
  }

  /** IKE_AUTH of the left one goes nowhere but here. */
  private static List<Datagram> holdIkeAuth(Lab lab) {
    List<Datagram> held = new ArrayList<>();
    lab.net.setWeather(
        d -> {
          if (decode(d).header().exchangeType() == ExchangeType.IKE_AUTH
              && d.local().equals(LEFT)) {
            held.add(d);
            return List.of();
          }
          return List.of(Net.LATENCY);
        });
    return held;
  }
}
