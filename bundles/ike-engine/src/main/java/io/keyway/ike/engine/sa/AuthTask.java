package io.keyway.ike.engine.sa;

import io.keyway.api.Outcome;
import io.keyway.api.ike.ConnectionConfig;
import io.keyway.api.ike.EngineEvent;
import io.keyway.api.ike.Identity;
import io.keyway.api.key.SecretBytes;
import io.keyway.ike.crypto.PskAuth;
import io.keyway.ike.engine.negotiate.Identities;
import io.keyway.ike.message.AuthMethod;
import io.keyway.ike.message.AuthPayload;
import io.keyway.ike.message.IdPayload;
import io.keyway.ike.message.IkeMessage;
import io.keyway.ike.message.NotifyPayload;
import io.keyway.ike.message.NotifyType;
import io.keyway.ike.message.Octets;
import io.keyway.ike.message.Payload;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;

/** IKE_AUTH with a pre-shared key as initiator (RFC 7296 sections 1.2 and 2.15). */
final class AuthTask implements Task {
  private final String firstChild;
  private SecretBytes psk = SecretBytes.empty();
  private Identity localId;

  /** With the name of the child that the same exchange makes. */
  AuthTask(String firstChild) {
    this.firstChild = firstChild;
  }

  @Override
  public boolean takesTime() {
    return true;
  }

  @Override
  public CompletableFuture<Outcome> prepare(IkeSa sa) {
    return Secrets.preSharedKey(sa, sa.config().authentication().secret())
        .thenApply(
            result -> {
              result.value().ifPresent(secret -> psk = secret);
              if (sa.isDead()) {
                psk.close();
              }
              return result.outcome();
            });
  }

  @Override
  public void build(IkeSa sa, List<Payload> request) {
    ConnectionConfig config = sa.config();
    localId = Identities.local(config);
    IdPayload idI = Identities.toWire(true, localId);
    request.add(idI);
    config.authentication().remoteId().ifPresent(id -> request.add(Identities.toWire(false, id)));
    boolean onlyOne = sa.connection().sas().stream().noneMatch(o -> o.state().isEstablished());
    if (onlyOne) {
      request.add(NotifyPayload.of(NotifyType.INITIAL_CONTACT));
    }
    byte[] auth =
        PskAuth.compute(sa.crypto().prf(), psk, sa.handshake().ofInitiator(sa.crypto(), idI));
    request.add(new AuthPayload(AuthMethod.SHARED_KEY, Octets.copyOf(auth)));
  }

  @Override
  public Step process(IkeSa sa, IkeMessage response) {
    IdPayload idR =
        response.all(IdPayload.class).stream().filter(i -> !i.initiator()).findFirst().orElse(null);
    AuthPayload auth = response.first(AuthPayload.class).orElse(null);
    if (auth == null || idR == null) {
      psk.close();
      int error = response.error().map(NotifyPayload::type).orElse(NotifyType.INVALID_SYNTAX);
      String reason =
          response.error().isPresent()
              ? Reasons.authRefused(sa, error)
              : "peer " + sa.path().peer() + " left out its identity or AUTH in IKE_AUTH";
      if (error == NotifyType.AUTHENTICATION_FAILED) {
        authenticationFailed(sa, reason);
      }
      sa.life().end(reason);
      return Step.ENDED;
    }
    Optional<Identity> claimed = Identities.fromWire(idR);
    Optional<Identity> wanted = Identities.remote(sa.config());
    String name = claimed.map(Identity::toString).orElse("(ID type " + idR.idType() + ")");
    if (claimed.isEmpty() || wanted.isPresent() && !wanted.get().equals(claimed.get())) {
      return reject(
          sa,
          "authentication failed: peer "
              + sa.path().peer()
              + " calls itself '"
              + name
              + "', we expect '"
              + wanted.map(Identity::toString).orElse("anything")
              + "'; check remote-id here or local-id there");
    }
    byte[] expected =
        PskAuth.compute(sa.crypto().prf(), psk, sa.handshake().ofResponder(sa.crypto(), idR));
    if (auth.method() != AuthMethod.SHARED_KEY
        || !PskAuth.matches(expected, auth.data().toArray())) {
      return reject(sa, Reasons.badPeerAuth(sa.config(), name, sa.path().peer()));
    }
    psk.close();
    sa.setIdentities(localId, claimed.get());
    sa.life().establish(false);
    sa.wishes().askForTheRest(firstChild);
    return Step.DONE;
  }

  /** The peer takes us for authenticated, so it is told (RFC 7296 section 2.21.2). */
  private Step reject(IkeSa sa, String reason) {
    psk.close();
    authenticationFailed(sa, reason);
    sa.setState(IkeSa.State.DELETING);
    sa.wishes().failAll(Outcome.refused(reason));
    sa.requests()
        .enqueueFirst(
            Exchange.informational(new IkeDeleteTask(reason, NotifyType.AUTHENTICATION_FAILED)));
    return Step.ENDED;
  }

  private static void authenticationFailed(IkeSa sa, String reason) {
    sa.ctx().counters().count("ike-authentication-failures");
    sa.ctx()
        .events()
        .publish(
            new EngineEvent.AuthenticationFailed(sa.connection().name(), sa.path().peer(), reason));
  }

  @Override
  public void abandon(IkeSa sa, Outcome why) {
    psk.close();
    sa.life().end(why.reason());
  }
}
