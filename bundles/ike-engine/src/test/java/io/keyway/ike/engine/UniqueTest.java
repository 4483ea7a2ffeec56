package io.keyway.ike.engine;

import static org.assertj.core.api.Assertions.assertThat;

import io.keyway.api.Outcome;
import io.keyway.api.ike.EngineEvent;
import io.keyway.api.ike.IkeEngine.Selection;
import io.keyway.api.ike.IkeSaStatus;
import io.keyway.api.ike.Uniqueness;
import io.keyway.ike.engine.lab.Config;
import io.keyway.ike.engine.lab.HostilePeer;
import io.keyway.ike.engine.lab.HostileResponder;
import io.keyway.ike.engine.lab.Lab;
import io.keyway.ike.message.NotifyPayload;
import io.keyway.ike.message.NotifyType;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** How many IKE SAs one peer may have, and what INITIAL_CONTACT does to them. */
class UniqueTest {
  private static final Duration LIMIT = Duration.ofSeconds(20);
  private static final Duration SOON = Duration.ofSeconds(15);
  private static final String SENT = "notify-initial-contact-sent";

  /** The same peer on two devices, both of the left side: {@code one} and {@code two}. */
  private static Config device(String name, String address) {
    return Config.left()
        .named(name)
        .at(address, "192.0.2.2")
        .ids("site.example.org", "hq.example.org")
        .child("net", "10.1.0.0/16", "10.2.0.0/16");
  }

  private static Config one() {
    return device("one", "192.0.2.1");
  }

  private static Config two() {
    return device("two", "192.0.2.11");
  }

  private static Config headquarters(Uniqueness unique) {
    return Config.right()
        .anyPeer()
        .ids("hq.example.org", "*.example.org")
        .unique(unique)
        .child("net", "10.2.0.0/16", "10.1.0.0/16");
  }

  private static Lab devices(Uniqueness unique) {
    Lab lab = new Lab();
    lab.load(one(), headquarters(unique));
    assertThat(lab.left.load(two().build()).done()).isTrue();
    assertThat(lab.left.initiate("one", "net").outcome()).isEqualTo(Outcome.ok());
    lab.time.run(Duration.ofSeconds(1));
    return lab;
  }

  private static List<String> peers(Lab lab) {
    return lab.right.engine.snapshot().stream()
        .filter(sa -> sa.state().equals("ESTABLISHED"))
        .map(sa -> sa.remote().getAddress().getHostAddress())
        .sorted()
        .toList();
  }

  // --- several devices ------------------------------------------------------------------------

  @ParameterizedTest
  @EnumSource(names = {"NO", "NEVER"})
  void severalDevicesMayHaveOneEach(Uniqueness unique) {
    Lab lab = devices(unique);
    assertThat(lab.left.initiate("two", "net").outcome()).isEqualTo(Outcome.ok());
    lab.time.run(Duration.ofMinutes(2));
    assertThat(peers(lab)).containsExactly("192.0.2.1", "192.0.2.11");
    assertThat(lab.right.count("ike-unique-replaced")).isZero();
  }

  @Test
  void theLastReplacesTheOneBeforeAndItsPeerIsTold() {
    Lab lab = devices(Uniqueness.REPLACE);
    assertThat(lab.left.initiate("two", "net").outcome()).isEqualTo(Outcome.ok());
    lab.time.run(SOON);
    assertThat(peers(lab)).containsExactly("192.0.2.11");
    assertThat(lab.left.onlySa().connection()).isEqualTo("two");
    assertThat(lab.left.events(EngineEvent.IkeDown.class)).hasSize(1);
    assertThat(lab.right.events(EngineEvent.IkeDown.class))
        .singleElement()
        .satisfies(
            e ->
                assertThat(e.reason())
                    .contains("another IKE SA from")
                    .contains("192.0.2.11")
                    .contains("unique"));
    assertThat(lab.right.events(EngineEvent.ChildDown.class)).as("it was replaced").isEmpty();
    lab.assertOnePair("net");
  }

  @Test
  void anIkeRekeySavesNobodyFromBeingReplaced() {
    Lab lab = devices(Uniqueness.REPLACE);
    lab.left.engine.initiate("two", "net", LIMIT);
    lab.time.run(Duration.ofMillis(25));
    lab.left.engine.rekey(new Selection.Connection("one"), LIMIT);
    lab.time.run(SOON);
    assertThat(peers(lab)).containsExactly("192.0.2.11");
  }

  @Test
  void whatTheLastDoesNotAskForGoesWithTheFirstAfterAWhile() {
    Lab lab = new Lab();
    lab.load(
        one().child("more", "10.3.0.0/16", "10.4.0.0/16"),
        headquarters(Uniqueness.REPLACE).child("more", "10.4.0.0/16", "10.3.0.0/16"));
    assertThat(lab.left.load(two().build()).done()).isTrue();
    lab.left.initiate("one", "net");
    lab.left.initiate("one", "more");
    lab.left.initiate("two", "net");
    lab.time.run(Duration.ofSeconds(20));
    assertThat(peers(lab)).hasSize(2);
    lab.time.run(SOON);
    assertThat(peers(lab)).containsExactly("192.0.2.11");
    assertThat(lab.right.events(EngineEvent.ChildDown.class))
        .extracting(EngineEvent.ChildDown::childName)
        .containsExactly("more");
  }

  @Test
  void theFirstIsKeptAndOthersAreRefusedWithAReason() {
    Lab lab = devices(Uniqueness.KEEP);
    assertThat(lab.left.initiate("two", "net").outcome().reason())
        .contains("AUTHENTICATION_FAILED");
    lab.time.run(SOON);
    assertThat(peers(lab)).containsExactly("192.0.2.1");
    lab.assertOnePair("net");
    assertThat(lab.right.events(EngineEvent.AuthenticationFailed.class))
        .singleElement()
        .satisfies(
            e ->
                assertThat(e.reason())
                    .contains("'site.example.org' has an IKE SA from")
                    .contains("192.0.2.1")
                    .contains("unique is keep"));
    assertThat(lab.right.plane.sas()).hasSize(2);
  }

  @Test
  void ofTwoAtTheSameMomentOneIsKept() {
    Lab lab = new Lab();
    lab.load(one().unique(Uniqueness.NEVER), headquarters(Uniqueness.KEEP));
    assertThat(lab.left.load(two().unique(Uniqueness.NEVER).build()).done()).isTrue();
    lab.left.engine.initiate("one", "net", LIMIT);
    lab.left.engine.initiate("two", "net", LIMIT);
    lab.time.run(SOON);
    assertThat(peers(lab)).hasSize(1);
    assertThat(lab.right.events(EngineEvent.AuthenticationFailed.class)).hasSize(1);
    lab.assertOnePair("net");
  }

  @Test
  void oneThatIsGoneKeepsNobodyOutForLong() {
    Lab lab = devices(Uniqueness.KEEP);
    // Device one is gone without a word; its successor is elsewhere and says nothing of it.
    lab.left = lab.left.reborn(true);
    lab.time.run(Duration.ofMinutes(1));
    assertThat(lab.left.load(two().unique(Uniqueness.NEVER).build()).done()).isTrue();
    assertThat(lab.left.initiate("two", "net").outcome().done()).isFalse();
    lab.time.run(Duration.ofMinutes(5));
    assertThat(lab.right.engine.snapshot()).as("it did not answer").isEmpty();
    assertThat(lab.left.initiate("two", "net").outcome()).isEqualTo(Outcome.ok());
  }

  @ParameterizedTest
  @EnumSource(names = {"KEEP", "REPLACE"})
  void otherPeersOfTheConnectionAreNotConcerned(Uniqueness unique) {
    Lab lab = devices(unique);
    Config other = device("other", "192.0.2.12").ids("site-2.example.org", "hq.example.org");
    assertThat(lab.left.load(other.build()).done()).isTrue();
    assertThat(lab.left.initiate("other", "net").outcome()).isEqualTo(Outcome.ok());
    lab.time.run(Duration.ofMinutes(1));
    assertThat(peers(lab)).containsExactly("192.0.2.1", "192.0.2.12");
  }

  // --- one device -----------------------------------------------------------------------------

  @ParameterizedTest
  @EnumSource
  void whoAuthenticatesAnewLosesNothing(Uniqueness unique) {
    Lab lab = new Lab();
    lab.load(
        Lab.leftNet().unique(unique).reauth(Duration.ofSeconds(100)),
        Lab.rightNet().unique(unique));
    lab.up();
    lab.traffic("net");
    long before = lab.left.onlySa().initiatorSpi();
    lab.time.run(Duration.ofSeconds(130));
    assertThat(lab.left.count("ike-reauthenticated")).isEqualTo(1);
    assertThat(lab.right.onlySa().initiatorSpi())
        .isEqualTo(lab.left.onlySa().initiatorSpi())
        .isNotEqualTo(before);
    lab.assertOnePair("net");
    assertThat(lab.lost + lab.held).isZero();
    assertThat(lab.right.events(EngineEvent.AuthenticationFailed.class)).isEmpty();
  }

  @ParameterizedTest
  @EnumSource
  void aStartOfBothSidesAtTheSameTimeLeavesOneOfTheTwo(Uniqueness unique) {
    for (int skew : new int[] {0, 3, 8, 12, 18, 25}) {
      Lab lab = new Lab();
      lab.load(Lab.leftNet().unique(unique), Lab.rightNet().unique(unique));
      lab.left.engine.initiate("to-right", "net", LIMIT);
      lab.time.run(Duration.ofMillis(skew));
      lab.right.engine.initiate("to-left", "net", LIMIT);
      lab.time.run(SOON);
      assertThat(lab.right.onlySa().initiatorSpi())
          .as("%s ms", skew)
          .isEqualTo(lab.left.onlySa().initiatorSpi());
      lab.assertOnePair("net");
      assertThat(lab.left.events(EngineEvent.AuthenticationFailed.class)).isEmpty();
      assertThat(lab.right.events(EngineEvent.AuthenticationFailed.class)).isEmpty();
    }
  }

  @ParameterizedTest
  @EnumSource(names = {"NO", "KEEP", "REPLACE"})
  void whoStartsAnewAndSaysSoComesIn(Uniqueness unique) {
    Lab lab = new Lab();
    lab.load(Lab.leftNet(), Lab.rightNet().unique(unique));
    lab.up();
    lab.left = lab.left.reborn();
    lab.left.load(Lab.leftNet().build());
    assertThat(lab.left.initiate("to-right", "net").outcome()).isEqualTo(Outcome.ok());
    lab.time.run(Duration.ofSeconds(40));
    assertThat(lab.right.onlySa().initiatorSpi()).isEqualTo(lab.left.onlySa().initiatorSpi());
    assertThat(lab.right.count("ike-forgotten")).isOne();
    lab.assertOnePair("net");
  }

  @Test
  void neverHeedsNoInitialContact() {
    Lab lab = new Lab();
    lab.load(Lab.leftNet(), Lab.rightNet().unique(Uniqueness.NEVER));
    lab.up();
    lab.left = lab.left.reborn();
    lab.left.load(Lab.leftNet().build());
    lab.left.initiate("to-right", "net");
    lab.time.run(Duration.ofMinutes(2));
    assertThat(lab.left.count(SENT)).isOne();
    assertThat(lab.right.engine.snapshot()).hasSize(2);
    assertThat(lab.right.count("ike-forgotten")).isZero();
  }

  // --- who says that it knows of no other ------------------------------------------------------

  @Test
  void neverSendsNoInitialContact() {
    Lab lab = new Lab();
    lab.load(Lab.leftNet().unique(Uniqueness.NEVER), Lab.rightNet());
    lab.up();
    assertThat(lab.left.count(SENT)).isZero();
  }

  @Test
  void itIsSaidOfTheFirstIkeSaBetweenTwoIdentitiesOnly() {
    Lab lab = devices(Uniqueness.NO);
    assertThat(lab.left.count(SENT)).isOne();
    lab.left.initiate("two", "net");
    assertThat(lab.left.count(SENT)).as("another connection with the same peer").isOne();

    Lab both = new Lab();
    both.load(one(), headquarters(Uniqueness.NO));
    assertThat(both.left.load(two().build()).done()).isTrue();
    both.left.engine.initiate("one", "net", LIMIT);
    both.left.engine.initiate("two", "net", LIMIT);
    both.time.run(SOON);
    assertThat(both.left.count(SENT)).as("both are just being made").isOne();
    assertThat(peers(both)).hasSize(2);
  }

  @Test
  void itIsSaidAgainWhenTheFirstCameToNothingOrIsGone() {
    Lab lab = new Lab();
    lab.load(one(), headquarters(Uniqueness.NO));
    lab.net.setWeather(d -> d.octets()[18] == 35 ? List.of() : List.of(Duration.ofMillis(5)));
    assertThat(lab.left.initiate("one", "net").outcome().done()).isFalse();
    lab.time.run(Duration.ofMinutes(10));
    lab.net.fine();
    long before = lab.left.count(SENT);
    assertThat(lab.left.initiate("one", "net").outcome()).isEqualTo(Outcome.ok());
    assertThat(lab.left.count(SENT)).isEqualTo(before + 1);
    lab.left.get(lab.left.engine.terminate(new Selection.Connection("one"), LIMIT));
    assertThat(lab.left.initiate("one", "net").outcome()).isEqualTo(Outcome.ok());
    assertThat(lab.left.count(SENT)).isEqualTo(before + 2);
  }

  // --- who may not ----------------------------------------------------------------------------

  private static Lab attacked(Uniqueness unique) {
    Lab lab = new Lab();
    lab.load(
        Lab.leftNet(),
        Config.right()
            .anyPeer()
            .ids(null, "%any")
            .unique(unique)
            .child("net", "10.2.0.0/16", "10.1.0.0/16"));
    lab.up();
    return lab;
  }

  @ParameterizedTest
  @EnumSource
  void anotherIdentityRemovesNothing(Uniqueness unique) {
    Lab lab = attacked(unique);
    new HostilePeer(lab, "192.0.2.2", Config.GCM_X25519)
        .connect()
        .authenticate(NotifyPayload.of(NotifyType.INITIAL_CONTACT));
    lab.time.run(Duration.ofMinutes(2));
    assertThat(lab.right.count("ike-established-responder")).as("it is somebody").isEqualTo(2);
    assertThat(peers(lab)).contains("192.0.2.1");
    assertThat(lab.right.plane.outboundOf("net")).isPresent();
    assertThat(lab.right.count("ike-forgotten")).isZero();
    assertThat(lab.right.count("ike-unique-replaced")).isZero();
  }

  @ParameterizedTest
  @EnumSource
  void whoCannotProveTheIdentityRemovesNothing(Uniqueness unique) {
    Lab lab = devices(unique);
    lab.left.secrets.with("wrong", "another secret");
    assertThat(lab.left.load(device("liar", "192.0.2.66").secret("wrong").build()).done()).isTrue();
    assertThat(lab.left.initiate("liar", "net").outcome().reason())
        .contains("AUTHENTICATION_FAILED");
    lab.time.run(Duration.ofMinutes(2));
    assertThat(peers(lab)).containsExactly("192.0.2.1");
    lab.assertOnePair("net");
    assertThat(lab.right.count("ike-forgotten")).isZero();
  }

  @ParameterizedTest
  @ValueSource(strings = {"a shared secret", "not the secret"})
  void aResponderThatKnowsOfNoOtherIsHeededOnceItProvedWhoItIs(String secret) {
    Lab lab = new Lab();
    lab.load(Lab.leftNet().reauth(Duration.ofSeconds(100)), Lab.rightNet());
    lab.up();
    // The reauthentication reaches one that lost everything, or somebody in its place.
    lab.right.engine.close();
    HostileResponder peer = new HostileResponder(lab).fromNow();
    lab.time.until(Duration.ofSeconds(120), () -> connecting(lab) > 0);
    peer.accept();
    peer.respond(peer.id(), peer.auth(secret), NotifyPayload.of(NotifyType.INITIAL_CONTACT));
    assertThat(lab.left.count("ike-forgotten")).isEqualTo(secret.startsWith("a") ? 1 : 0);
  }

  private static long connecting(Lab lab) {
    return lab.left.engine.snapshot().stream()
        .map(IkeSaStatus::state)
        .filter("CONNECTING"::equals)
        .count();
  }
}
