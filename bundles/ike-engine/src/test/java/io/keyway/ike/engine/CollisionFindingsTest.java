package io.keyway.ike.engine;

import static org.assertj.core.api.Assertions.assertThat;

import io.keyway.ike.engine.lab.Collision;
import io.keyway.ike.engine.lab.Collision.Deed;
import io.keyway.ike.engine.lab.Collision.Event;
import io.keyway.ike.engine.lab.Collision.Spoil;
import io.keyway.ike.engine.lab.Collision.Start;
import io.keyway.ike.engine.lab.Collision.Verdict;
import io.keyway.ike.engine.lab.Collision.When;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
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
}
