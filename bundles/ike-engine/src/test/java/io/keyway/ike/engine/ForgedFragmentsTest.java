package io.keyway.ike.engine;

import static org.assertj.core.api.Assertions.assertThat;

import io.keyway.api.crypto.EncryptionAlgorithm;
import io.keyway.api.crypto.IkeProposal;
import io.keyway.api.crypto.IntegrityAlgorithm;
import io.keyway.api.crypto.KeyExchangeMethod;
import io.keyway.api.crypto.PrfAlgorithm;
import io.keyway.api.ike.EngineEvent;
import io.keyway.api.ike.IkeEngine.Selection;
import io.keyway.api.ike.IkeTransport.Datagram;
import io.keyway.ike.engine.base.EngineSettings;
import io.keyway.ike.engine.base.WireSettings;
import io.keyway.ike.engine.lab.Config;
import io.keyway.ike.engine.lab.Gateway;
import io.keyway.ike.engine.lab.Lab;
import io.keyway.ike.engine.lab.Net;
import io.keyway.ike.message.DecodeResult;
import io.keyway.ike.message.EncryptedFragmentPayload;
import io.keyway.ike.message.ExchangeType;
import io.keyway.ike.message.IkeHeader;
import io.keyway.ike.message.IkeMessage;
import io.keyway.ike.message.MessageDecoder;
import io.keyway.ike.message.PayloadType;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Fragments (RFC 7383) from who sees every message and has no key: SPIs, message ids, numbers and
 * totals are right, or wrong in every way, and they come before, between and behind the honest
 * ones.
 */
class ForgedFragmentsTest {
  private static final Duration LIMIT = Duration.ofSeconds(20);
  private static final int PER_DATAGRAM = 12;

  /** So long that its messages come in several pieces. */
  private static final IkeProposal HYBRID =
      new IkeProposal(
          "hybrid",
          EncryptionAlgorithm.AES_GCM_16_256,
          IntegrityAlgorithm.NONE,
          PrfAlgorithm.PRF_HMAC_SHA2_384,
          KeyExchangeMethod.X25519,
          List.of(KeyExchangeMethod.ML_KEM_1024));

  private static final IkeProposal CBC =
      new IkeProposal(
          "cbc",
          EncryptionAlgorithm.AES_CBC_256,
          IntegrityAlgorithm.HMAC_SHA2_256_128,
          PrfAlgorithm.PRF_HMAC_SHA2_256,
          KeyExchangeMethod.X25519);

  private static String many() {
    StringBuilder text = new StringBuilder();
    for (int i = 0; i < 100; i++) {
      text.append(i == 0 ? "" : ",").append("10.1.").append(2 * i).append(".0/24");
    }
    return text.toString();
  }

  private static Lab lab(IkeProposal ike, boolean fragmentation) {
    Lab lab =
        new Lab(EngineSettings.defaults().withWire(WireSettings.DEFAULT.withFragments(576, 1280)));
    lab.load(
        Config.left().ike(ike).fragmentation(fragmentation).child("net", many(), "10.2.0.0/16"),
        Config.right().ike(ike).fragmentation(fragmentation).child("net", "10.2.0.0/16", many()));
    return lab;
  }

  private static Optional<IkeMessage> decode(byte[] octets) {
    return MessageDecoder.message(octets) instanceof DecodeResult.Decoded<IkeMessage> decoded
        ? Optional.of(decoded.value())
        : Optional.empty();
  }

  private static IkeHeader header(Datagram d) {
    return ((DecodeResult.Decoded<IkeHeader>) MessageDecoder.header(d.octets())).value();
  }

  /** SKF with a body of any length, of which nothing is authentic. */
  private static byte[] skf(
      IkeHeader like, int exchange, int id, int number, int total, byte[] body) {
    ByteBuffer all = ByteBuffer.allocate(IkeHeader.LENGTH + 8 + body.length);
    all.putLong(like.initiatorSpi()).putLong(like.responderSpi());
    all.put((byte) PayloadType.SKF).put((byte) 0x20).put((byte) exchange).put((byte) like.flags());
    all.putInt(id).putInt(all.capacity());
    all.put((byte) PayloadType.DELETE).put((byte) 0).putShort((short) (8 + body.length));
    all.putShort((short) number).putShort((short) total).put(body);
    return all.array();
  }

  /** What a forger makes of an honest message, one kind after the other. */
  private static byte[] forged(Datagram honest, Random random) {
    IkeHeader header = header(honest);
    Optional<EncryptedFragmentPayload> fragment =
        decode(honest.octets()).flatMap(m -> m.first(EncryptedFragmentPayload.class));
    int total = fragment.map(EncryptedFragmentPayload::total).orElse(3);
    int number = fragment.map(EncryptedFragmentPayload::fragment).orElse(1);
    byte[] body = new byte[random.nextInt(600)];
    random.nextBytes(body);
    int type = header.exchangeType();
    int id = header.messageId();
    return switch (random.nextInt(9)) {
        // In the place of the honest one, with its own octets but for the last.
      case 0 -> {
        byte[] copy = honest.octets().clone();
        copy[copy.length - 1] ^= 1;
        yield copy;
      }
        // The honest octets under another number or total, which the integrity check covers.
      case 1 -> renumbered(honest, fragment, 1 + random.nextInt(total), total);
      case 2 -> renumbered(honest, fragment, number, Math.min(128, total + 1 + random.nextInt(9)));
        // A larger total would push out what is there, if it were believed.
      case 3 -> skf(header, type, id, 1, Math.min(128, total + 1), body);
      case 4 -> skf(header, type, id, 128, 128, body);
      case 5 -> skf(header, type, id, 0xffff, 0xffff, body);
        // Of the message before, the next, or none; of another exchange.
      case 6 -> skf(header, type, id + random.nextInt(5) - 2, number, total, body);
      case 7 -> skf(header, 34 + random.nextInt(11), id, number, total, body);
      default -> skf(header, type, id, number, total, new byte[random.nextInt(30)]);
    };
  }

  private static byte[] renumbered(
      Datagram honest, Optional<EncryptedFragmentPayload> fragment, int number, int total) {
    byte[] copy = honest.octets().clone();
    if (fragment.isPresent()
        && (fragment.get().fragment() != number || fragment.get().total() != total)) {
      int at = fragment.get().offset() - 4;
      ByteBuffer.wrap(copy).putShort(at, (short) number).putShort(at + 2, (short) total);
    } else {
      copy[copy.length - 2] ^= 1;
    }
    return copy;
  }

  /** Forgeries around every protected datagram, in its own direction. */
  private static int[] besiege(Lab lab, long seed) {
    Random random = new Random(seed);
    int[] count = {0};
    lab.net.setWeather(
        d -> {
          if (header(d).exchangeType() != ExchangeType.IKE_SA_INIT) {
            for (int i = 0; i < PER_DATAGRAM; i++) {
              byte[] octets = forged(d, random);
              count[0]++;
              lab.time.after(
                  Duration.ofMillis(1 + random.nextInt(9)),
                  () -> lab.net.deliver(new Datagram(d.local(), d.remote(), d.marker(), octets)));
            }
          }
          return List.of(Net.LATENCY);
        });
    return count;
  }

  private static void assertUnharmed(Lab lab) {
    for (Gateway gateway : List.of(lab.left, lab.right)) {
      assertThat(gateway.count("ike-retransmissions")).isZero();
      assertThat(gateway.count("ike-internal-errors")).isZero();
      assertThat(gateway.count("ike-reassembly-octets")).isZero();
      assertThat(gateway.count("ike-reassembly-timeouts")).isZero();
      assertThat(gateway.count("ike-half-open")).isZero();
      assertThat(gateway.events(EngineEvent.IkeDown.class)).isEmpty();
      assertThat(gateway.onlySa().state()).isEqualTo("ESTABLISHED");
    }
    lab.assertOnePair("net");
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3})
  void theyAreNeitherKeptNorInTheWayFromTheFirstMessageToTheLastRekey(long seed) {
    for (IkeProposal ike : List.of(HYBRID, CBC)) {
      Lab lab = lab(ike, true);
      int[] forged = besiege(lab, seed);
      lab.up();
      lab.assertOnePair("net");
      assertThat(lab.right.count("ike-messages-reassembled")).isPositive();
      for (Gateway each : List.of(lab.left, lab.right)) {
        String connection = each == lab.left ? "to-right" : "to-left";
        each.get(each.engine.rekey(new Selection.Child(connection, "net"), LIMIT));
        each.get(each.engine.rekey(new Selection.IkeUid(each.onlySa().uid()), LIMIT));
        lab.time.run(Duration.ofSeconds(40));
      }
      assertThat(forged[0]).isGreaterThan(200);
      assertUnharmed(lab);
    }
  }

  @Test
  void withoutFragmentationTheyAreForgeriesLikeOthers() {
    Lab lab = lab(CBC, false);
    besiege(lab, 4);
    lab.up();
    lab.time.run(Duration.ofSeconds(40));
    assertThat(lab.right.count("ike-fragments-received")).isZero();
    assertUnharmed(lab);
  }

  @Test
  void whileFragmentsAreMissingTheirPlacesStayFree() {
    Lab lab = lab(HYBRID, true);
    // The last piece of IKE_AUTH comes with the repetition; meanwhile anything else does.
    boolean[] lost = {false};
    List<Datagram> before = new ArrayList<>();
    lab.net.setWeather(
        d -> {
          Optional<EncryptedFragmentPayload> f =
              decode(d.octets()).flatMap(m -> m.first(EncryptedFragmentPayload.class));
          boolean last = f.isPresent() && f.get().fragment() == f.get().total();
          if (!lost[0] && last && header(d).exchangeType() == ExchangeType.IKE_AUTH) {
            lost[0] = true;
            before.add(d);
            return List.of();
          }
          return List.of(Net.LATENCY);
        });
    lab.left.engine.initiate("to-right", "net", LIMIT);
    lab.time.run(Duration.ofMillis(100));
    long kept = lab.right.count("ike-reassembly-octets");
    assertThat(kept).isPositive();
    Random random = new Random(5);
    for (int i = 0; i < 5000; i++) {
      Datagram missing = before.get(0);
      lab.net.deliver(
          new Datagram(
              missing.local(), missing.remote(), missing.marker(), forged(missing, random)));
    }
    lab.time.run(Duration.ofMillis(100));
    assertThat(lab.right.count("ike-reassembly-octets")).isEqualTo(kept);
    lab.time.run(Duration.ofSeconds(5));
    assertThat(lab.left.count("ike-retransmissions")).isEqualTo(1);
    lab.assertOnePair("net");
    assertThat(lab.right.count("ike-reassembly-octets")).isZero();
  }

  @Test
  void anIkeSaThatIsUpKeepsNothingOfThemWhateverTheyClaim() {
    Lab lab = lab(HYBRID, true);
    lab.up();
    String before = lab.left.onlySa() + " " + lab.right.onlySa();
    Random random = new Random(6);
    InetSocketAddress elsewhere = new InetSocketAddress(Config.address("198.51.100.66"), 500);
    for (Datagram old : List.copyOf(lab.net.sent())) {
      for (int i = 0; i < 200; i++) {
        byte[] octets =
            header(old).exchangeType() == ExchangeType.IKE_SA_INIT
                ? skf(header(old), 35 + i % 10, i % 7, 1 + i % 3, 3, new byte[i])
                : forged(old, random);
        lab.net.deliver(
            new Datagram(i % 2 == 0 ? old.local() : elsewhere, old.remote(), false, octets));
      }
      // Honest ones of long ago, too.
      lab.net.deliver(new Datagram(elsewhere, old.remote(), false, old.octets()));
    }
    assertThat(lab.left.count("ike-reassembly-octets")).isZero();
    assertThat(lab.right.count("ike-reassembly-octets")).isZero();
    lab.time.run(Duration.ofSeconds(40));
    assertThat(lab.left.onlySa() + " " + lab.right.onlySa()).isEqualTo(before);
    assertUnharmed(lab);
  }
}
