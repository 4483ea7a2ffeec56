package io.keyway.ike.engine;

import static org.assertj.core.api.Assertions.assertThat;

import io.keyway.ike.engine.lab.Collision;
import io.keyway.ike.engine.lab.Collision.Deed;
import io.keyway.ike.engine.lab.Collision.Event;
import io.keyway.ike.engine.lab.Collision.Spoil;
import io.keyway.ike.engine.lab.Collision.Start;
import io.keyway.ike.engine.lab.Collision.Verdict;
import io.keyway.ike.engine.lab.Collision.When;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Scripts of {@link CollisionTest} that once found something. */
class CollisionFindingsTest {
  private static Deed a(Event event) {
    return new Deed(event, true);
  }

  private static Deed b(Event event) {
    return new Deed(event, false);
  }

  /** RFC 7296 section 2.25.1: who closes a child wants no successor of it. */
  @ParameterizedTest
  @ValueSource(ints = {1, 2, 3, 4, 5})
  void aChildThatIsEndedDuringItsOwnRekeyStaysEnded(int orders) {
    Collision collision = new Collision(Start.UP, 4).start(a(Event.CHILD_REKEY));
    collision.until(When.PLANE, orders).start(a(Event.CHILD_DELETE));
    assertThat(collision.verdict(Verdict.NONE)).isEmpty();
  }

  /** The wish for it was never settled, and all later ones waited behind it for good. */
  @ParameterizedTest
  @ValueSource(ints = {7, 8, 9})
  void aChildThatThePeerEndsWhileItIsInstalledCanBeMadeAgain(int orders) {
    Collision collision = new Collision(Start.NOTHING, 1).start(a(Event.INITIATE));
    collision.until(When.PLANE, orders).start(b(Event.CHILD_DELETE));
    assertThat(collision.verdict(Verdict.EITHER)).isEmpty();
  }

  /** RFC 7296 section 1.4.1: the peer is told, or keeps IKE SA and child until it finds out. */
  @ParameterizedTest
  @ValueSource(ints = {1, 2, 3, 4, 5, 6})
  void anIkeSaThatEndsWhileThePeerAuthenticatesIsEndedThereToo(int orders) {
    Collision collision = new Collision(Start.NOTHING, 2).start(a(Event.INITIATE));
    collision.until(When.PLANE, orders).start(a(Event.IKE_DELETE));
    assertThat(collision.verdict(Verdict.EITHER)).isEmpty();
  }

  /** Any change of a connection had its peers refused with AUTHENTICATION_FAILED. */
  @ParameterizedTest
  @ValueSource(ints = {1, 2, 3})
  void aTimerThatIsChangedDuringTheHandshakeDoesNotRefuseThePeer(int message) {
    Collision collision = new Collision(Start.NOTHING, 2).start(a(Event.INITIATE));
    collision.until(When.ARRIVED, message).start(b(Event.LIVENESS));
    assertThat(collision.verdict(Verdict.PAIR)).isEmpty();
  }

  /** RFC 7296 section 2.25: CHILD_SA_NOT_FOUND would leave half of the new child standing. */
  @Test
  void aRekeyThatOvertakesTheAnswerThatMakesTheChildIsAskedToComeAgain() {
    Collision collision = new Collision(Start.BARE, 0).spoil(Spoil.DELAY, 2);
    collision.start(a(Event.INITIATE)).until(When.SENT, 2).start(b(Event.CHILD_REKEY));
    assertThat(collision.verdict(Verdict.PAIR)).isEmpty();
  }

  /** RFC 7296 section 2.25.1, for a child whose making is not known on one side yet. */
  @Test
  void aDeletionThatOvertakesTheAnswerThatMakesTheChildIsNotForgotten() {
    Collision collision = new Collision(Start.BARE, 0).spoil(Spoil.DELAY, 2);
    collision.start(a(Event.INITIATE)).until(When.SENT, 2).start(b(Event.CHILD_DELETE));
    assertThat(collision.verdict(Verdict.EITHER)).isEmpty();
  }

  /** RFC 7296 section 2.4: the check that the new child waited for ended with the old IKE SA. */
  @ParameterizedTest
  @ValueSource(longs = {0, 1, 6})
  void anIkeRekeyBetweenCheckAndAnswerDoesNotKeepATakeOverWaiting(long seed) {
    Collision collision = new Collision(Start.UP, seed).spoil(Spoil.DELAY, 6);
    collision.start(a(Event.RESTART)).until(When.SENT, 6).start(a(Event.IKE_REKEY));
    assertThat(collision.verdict(Verdict.PAIR)).isEmpty();
  }

  /** CHILD_SA_NOT_FOUND for a child that the peer ended on purpose asks for no new one. */
  @ParameterizedTest
  @EnumSource(names = {"LOSE", "DELAY"})
  void aRekeyThatOnlyComesAfterTheDeletionMakesNoChildAgain(Spoil spoil) {
    Collision collision = new Collision(Start.UP, 1).spoil(spoil, 1);
    collision.start(a(Event.CHILD_REKEY)).until(When.SENT, 1).start(b(Event.CHILD_DELETE));
    assertThat(collision.verdict(Verdict.NONE)).isEmpty();
  }

  /**
   * RFC 7296 section 2.25 knows no rule for two children that both sides asked for at once; ours
   * goes by who asked. Whoever rekeyed one of them counted as its maker, so both looked like one
   * side's and stayed.
   */
  @ParameterizedTest
  @CsvSource({"17, true", "17, false", "20, true", "20, false", "24, true", "24, false"})
  void aRekeyDoesNotHideThatBothSidesAskedForTheSameChild(int orders, boolean left) {
    Collision collision = new Collision(Start.BARE, 3).start(a(Event.INITIATE));
    collision.start(b(Event.INITIATE));
    collision.until(When.PLANE, orders).start(new Deed(Event.CHILD_REKEY, left));
    assertThat(collision.verdict(Verdict.PAIR)).isEmpty();
  }

  /**
   * When one child of the two IKE SAs came up, the other's only waited for traffic to turn to it,
   * and it ended before that: nobody looked again, and both IKE SAs stayed without children.
   */
  @ParameterizedTest
  @CsvSource({"0, true", "0, false", "2, true", "3, false"})
  void ofTwoIkeSasWhoseChildrenEndedBeforeTrafficTurnedOneGoes(long seed, boolean left) {
    Collision collision = new Collision(Start.UP, seed).start(b(Event.REBOOT));
    collision.start(a(Event.LIVENESS)).run(Duration.ofMillis(1500));
    collision.start(new Deed(Event.CHILD_DELETE, left));
    collision.start(new Deed(Event.CHILD_DELETE, !left));
    assertThat(collision.verdict(Verdict.FORGOTTEN)).isEmpty();
  }

  /** The script's own fault: a check that was the last deed took the verdict's checks away. */
  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void whoWasForgottenIsFoundOutAlsoWhenTheLastDeedWasACheck(boolean left) {
    Collision collision = new Collision(Start.UP, 5).start(new Deed(Event.REBOOT, !left));
    collision.start(new Deed(Event.IKE_DELETE, !left)).start(new Deed(Event.LIVENESS, left));
    assertThat(collision.verdict(Verdict.FORGOTTEN)).isEmpty();
  }

  /** The peer's child goes as superfluous before our own's answer, once lost, is here. */
  @ParameterizedTest
  @CsvSource({"1100, true", "1500, true", "1900, true", "1100, false", "1900, false"})
  void aChildIsNotAskedForTwiceWhenItsAnswerWasLostAndThePeersGoes(int millis, boolean left) {
    Collision collision = new Collision(Start.BARE, 2).spoil(Spoil.LOSE, 3);
    collision.start(a(Event.INITIATE)).start(b(Event.INITIATE)).run(Duration.ofMillis(millis));
    collision.start(new Deed(Event.INITIATE, left));
    assertThat(collision.verdict(Verdict.PAIR)).isEmpty();
  }
}
