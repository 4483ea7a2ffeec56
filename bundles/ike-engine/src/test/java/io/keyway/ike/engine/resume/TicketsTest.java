package io.keyway.ike.engine.resume;

import static org.assertj.core.api.Assertions.assertThat;

import io.keyway.api.ike.Authentication;
import io.keyway.api.ike.Identity;
import io.keyway.api.key.SecretBytes;
import io.keyway.ike.engine.lab.FakeStore;
import io.keyway.ike.engine.lab.VirtualTime;
import io.keyway.ike.engine.resume.OpenedTicket.Good;
import io.keyway.ike.engine.resume.OpenedTicket.Refused;
import io.keyway.ike.engine.resume.OpenedTicket.Why;
import io.keyway.ike.message.Octets;
import java.nio.ByteBuffer;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.Test;

class TicketsTest {
  private static final byte[] KEY = new byte[48];

  static {
    new Random(1).nextBytes(KEY);
  }

  private final VirtualTime time = new VirtualTime();
  private final FakeStore store = new FakeStore(time);
  private final Tickets tickets = tickets();

  private Tickets tickets() {
    return new Tickets("ike-native", new SecureRandom(), time);
  }

  private Session session(String connection, Duration lifetime) {
    Instant now = time.instant();
    return new Session(
        "0102030405060708090a0b0c",
        connection,
        "aes256gcm16-prfsha384-x25519",
        Identity.parse("site-7.example.org"),
        Identity.parse("192.0.2.1"),
        Identity.parse("carol@example.org"),
        "ppk-1",
        Terms.of(
            new Authentication(
                Authentication.Method.PRE_SHARED_KEY, Optional.empty(), Optional.empty(), "psk")),
        Standing.of(new byte[] {1, 2, 3}),
        now.minusSeconds(5),
        now.plus(lifetime),
        SecretBytes.copyOf(KEY));
  }

  private Octets sealed(Duration lifetime) {
    return tickets.seal(session("sites", lifetime)).orElseThrow();
  }

  private static long keyId(Octets ticket) {
    return ByteBuffer.wrap(ticket.toArray(), 1, 8).getLong();
  }

  private static Why refused(OpenedTicket opened) {
    return ((Refused) opened).why();
  }

  @Test
  void whatGoesInComesOut() {
    Session in = session("sites", Duration.ofHours(1));
    Octets ticket = tickets.seal(in).orElseThrow();
    try (Session out = ((Good) tickets.open(ticket)).session()) {
      assertThat(out).isEqualTo(in);
      assertThat(out.skD()).isEqualTo(in.skD());
    }
    // It has to go in clear in one datagram together with the rest.
    assertThat(ticket.length()).isLessThan(350);
  }

  @Test
  void nothingOfASessionIsReadable() {
    String ticket = HexFormat.of().formatHex(sealed(Duration.ofHours(1)).toArray());
    assertThat(ticket)
        .doesNotContain(HexFormat.of().formatHex(KEY).substring(0, 12))
        .doesNotContain(HexFormat.of().formatHex("site".getBytes()))
        .startsWith("01");
    assertThat(session("sites", Duration.ofHours(1)).toString())
        .doesNotContain(HexFormat.of().formatHex(KEY).substring(0, 8));
    assertThat(sealed(Duration.ofHours(1))).isNotEqualTo(sealed(Duration.ofHours(1)));
  }

  @Test
  void aTicketWithAnyBitChangedIsRefused() {
    byte[] good = sealed(Duration.ofHours(1)).toArray();
    for (int bit = 0; bit < good.length * 8; bit++) {
      byte[] changed = good.clone();
      changed[bit / 8] ^= (byte) (1 << bit % 8);
      Why why = refused(tickets.open(Octets.copyOf(changed)));
      assertThat(why).isEqualTo(bit < 8 ? Why.MALFORMED : bit < 72 ? Why.UNKNOWN_KEY : Why.FORGED);
    }
    for (int length = 0; length < good.length; length++) {
      assertThat(tickets.open(Octets.copyOf(Arrays.copyOf(good, length))))
          .isInstanceOf(Refused.class);
    }
    assertThat(refused(tickets.open(Octets.copyOf(new byte[6000])))).isEqualTo(Why.MALFORMED);
  }

  @Test
  void ofAnotherGatewayItIsForeign() {
    assertThat(refused(tickets().open(sealed(Duration.ofHours(1))))).isEqualTo(Why.UNKNOWN_KEY);
  }

  @Test
  void itEndsAtItsTime() {
    Octets ticket = sealed(Duration.ofMinutes(10));
    time.run(Duration.ofMinutes(10).minusMillis(1));
    assertThat(tickets.open(ticket)).isInstanceOf(Good.class);
    time.run(Duration.ofMillis(1));
    assertThat(refused(tickets.open(ticket))).isEqualTo(Why.EXPIRED);
  }

  @Test
  void keysOutliveTheProcess() {
    tickets.use(store);
    Octets ticket = sealed(Duration.ofHours(1));
    time.run(Duration.ofSeconds(1));
    store.crash();
    Tickets next = tickets();
    next.use(store);
    assertThat(next.open(ticket)).isInstanceOf(Good.class);
    // And a store that comes late takes what there is already.
    Tickets late = tickets();
    Octets own = late.seal(session("sites", Duration.ofHours(1))).orElseThrow();
    late.use(store);
    assertThat(late.open(own)).isInstanceOf(Good.class);
    assertThat(late.open(ticket)).isInstanceOf(Good.class);
    Tickets after = tickets();
    after.use(store);
    assertThat(after.open(own)).isInstanceOf(Good.class);
  }

  @Test
  void aKeyIsChangedEachDayAndGoesWithItsLastTicket() {
    Octets first = sealed(Duration.ofDays(30));
    long id = keyId(first);
    time.run(Duration.ofHours(23));
    assertThat(keyId(sealed(Duration.ofHours(1)))).isEqualTo(id);
    time.run(Duration.ofHours(2));
    assertThat(keyId(sealed(Duration.ofHours(1)))).isNotEqualTo(id);
    assertThat(tickets.open(first)).isInstanceOf(Good.class);
    time.run(Duration.ofHours(24));
    assertThat(refused(tickets.open(first))).isEqualTo(Why.UNKNOWN_KEY);
  }

  @Test
  void aSessionIsSpentOnceWithAllItsTickets() {
    Octets one = sealed(Duration.ofHours(1));
    Octets other = sealed(Duration.ofHours(1));
    Instant until = time.instant().plus(Duration.ofHours(1));
    assertThat(tickets.spend("0102030405060708090a0b0c", until)).isTrue();
    assertThat(tickets.spend("0102030405060708090a0b0c", until)).isFalse();
    assertThat(refused(tickets.open(one))).isEqualTo(Why.SPENT);
    assertThat(refused(tickets.open(other))).isEqualTo(Why.SPENT);
  }

  @Test
  void aFullListRefusesRatherThanForgets() {
    SpentSessions spent = new SpentSessions(time, 3);
    Instant until = time.instant().plusSeconds(60);
    for (int i = 0; i < 3; i++) {
      assertThat(spent.spend("uid-" + i, until)).isTrue();
    }
    assertThat(spent.spend("uid-3", until)).isFalse();
    assertThat(spent.isSpent("uid-0")).isTrue();
    time.run(Duration.ofSeconds(61));
    assertThat(spent.spend("uid-3", time.instant().plusSeconds(60))).isTrue();
    assertThat(spent.size()).isEqualTo(1);
  }

  @Test
  void whatIsTooLongForATicketGetsNone() {
    assertThat(tickets.seal(session("n".repeat(256), Duration.ofHours(1)))).isEmpty();
    assertThat(tickets.seal(session("n".repeat(255), Duration.ofHours(1)))).isPresent();
  }
}
