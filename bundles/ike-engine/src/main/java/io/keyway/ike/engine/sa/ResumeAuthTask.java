package io.keyway.ike.engine.sa;

import io.keyway.api.Outcome;
import io.keyway.ike.crypto.PskAuth;
import io.keyway.ike.crypto.ResumeAuth;
import io.keyway.ike.engine.negotiate.Identities;
import io.keyway.ike.engine.resume.Session;
import io.keyway.ike.message.AuthMethod;
import io.keyway.ike.message.AuthPayload;
import io.keyway.ike.message.IdPayload;
import io.keyway.ike.message.IkeMessage;
import io.keyway.ike.message.NotifyPayload;
import io.keyway.ike.message.NotifyType;
import io.keyway.ike.message.Octets;
import io.keyway.ike.message.Payload;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/**
 * IKE_AUTH of an IKE SA that is resumed, as initiator (RFC 5723 section 4.3.3): no credentials, the
 * identities of before. The tasks behind it are those of any IKE_AUTH.
 */
final class ResumeAuthTask implements Task {
  private final ResumeAttempt attempt;
  private final Session session;
  private final String firstChild;

  ResumeAuthTask(ResumeAttempt attempt, String firstChild) {
    this.attempt = attempt;
    this.session = attempt.session();
    this.firstChild = firstChild;
  }

  @Override
  public void build(IkeSa sa, List<Payload> request) {
    IdPayload idI = Identities.toWire(true, session.initiator());
    request.add(idI);
    request.add(Identities.toWire(false, session.responder()));
    byte[] auth =
        ResumeAuth.compute(
            sa.crypto().prf(),
            sa.crypto().keys().skPi(),
            sa.handshake().ofInitiator(sa.crypto(), idI));
    request.add(new AuthPayload(AuthMethod.SHARED_KEY, Octets.copyOf(auth)));
    if (UniquePolicy.announces(sa)) {
      request.add(NotifyPayload.of(NotifyType.INITIAL_CONTACT));
    }
    sa.mobike().offer(request);
    sa.tickets().ask(request);
    request.addAll(sa.crash().offer());
  }

  @Override
  public Step process(IkeSa sa, IkeMessage response) {
    AuthPayload auth = response.first(AuthPayload.class).orElse(null);
    IdPayload idR =
        response.all(IdPayload.class).stream()
            .filter(id -> !id.initiator())
            .findFirst()
            .orElse(null);
    if (auth == null || idR == null) {
      return attempt.fallBack(ResumeAttempt.refusal(response));
    }
    boolean same = Identities.fromWire(idR).filter(session.responder()::equals).isPresent();
    byte[] expected =
        ResumeAuth.compute(
            sa.crypto().prf(),
            sa.crypto().keys().skPr(),
            sa.handshake().ofResponder(sa.crypto(), idR));
    if (!same
        || auth.method() != AuthMethod.SHARED_KEY
        || !PskAuth.matches(expected, auth.data().toArray())) {
      return attempt.fallBack("the peer's IDr or AUTH is not what the ticket stands for");
    }
    sa.crash().take(response);
    sa.setIdentities(session.initiator(), session.peer());
    sa.tickets().resumed(session);
    sa.mobike().agreed(response);
    heedLifetime(sa, response);
    sa.ctx().counters().count("ike-resumed-initiator");
    sa.life().establish(false);
    if (UniquePolicy.isInitialContact(sa, response)) {
      Forgotten.all(sa, session.peer());
    }
    sa.tickets().take(response);
    sa.wishes().askForTheRest(firstChild);
    return Step.DONE;
  }

  /** The peer counts from now, we from the authentication that the ticket stands for. */
  private static void heedLifetime(IkeSa sa, IkeMessage response) {
    if (AuthLifetime.heed(sa, response)) {
      Optional<Duration> told = sa.age().told();
      Duration over = Duration.between(sa.age().since(), sa.ctx().clock().instant());
      told.ifPresent(left -> sa.age().tell(left.plus(over)));
    }
  }

  @Override
  public void abandon(IkeSa sa, Outcome why) {
    sa.life().end(why.reason());
  }
}
