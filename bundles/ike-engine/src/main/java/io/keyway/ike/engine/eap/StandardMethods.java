package io.keyway.ike.engine.eap;

import io.keyway.api.Outcome;
import io.keyway.api.Result;
import io.keyway.api.ike.EapSettings;
import io.keyway.api.ike.Identity;
import java.security.SecureRandom;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.function.Function;
import java.util.function.Supplier;

/** The methods that there are. */
public final class StandardMethods implements EapMethods {
  private final EapPasswords passwords;
  private final SecureRandom random;
  private final Function<Supplier<Optional<Identity>>, TlsParties> tls;
  private final Supplier<Optional<Identity>> responder;
  private final Executor blocking;

  /**
   * For one round.
   *
   * @param tls makes ends of EAP-TLS, for a peer whose certificate must name this identity
   * @param responder who the responder says it is, where we are the initiator
   * @param blocking where public keys are worked with
   */
  public StandardMethods(
      EapPasswords passwords,
      SecureRandom random,
      Function<Supplier<Optional<Identity>>, TlsParties> tls,
      Supplier<Optional<Identity>> responder,
      Executor blocking) {
    this.passwords = passwords;
    this.random = random;
    this.tls = tls;
    this.responder = responder;
    this.blocking = blocking;
  }

  /** Those with passwords alone. */
  public StandardMethods(EapPasswords passwords, SecureRandom random) {
    this(
        passwords,
        random,
        peer ->
            server ->
                CompletableFuture.completedFuture(
                    Result.failed(Outcome.refused("there are no certificates here"))),
        Optional::empty,
        Runnable::run);
  }

  @Override
  public EapMethod peer(EapSettings.Type type, EapSettings settings, EapName user) {
    OwnPassword own = new OwnPassword(passwords, settings.secret());
    return switch (type) {
      case MSCHAPV2 -> new MsChapV2Peer(own, user, random);
      case MD5 -> new Md5Peer(own);
      case TLS -> new EapTls(false, tls.apply(responder), blocking);
    };
  }

  @Override
  public EapMethod server(EapSettings.Type type, EapSettings settings, EapName user) {
    UserPassword theirs = new UserPassword(passwords, settings, user, random);
    return switch (type) {
      case MSCHAPV2 -> new MsChapV2Server(theirs, random);
      case MD5 -> new Md5Server(theirs, random);
      case TLS -> new EapTls(true, tls.apply(() -> identity(user)), blocking);
    };
  }

  /** What the certificate of a user must name. */
  private static Optional<Identity> identity(EapName user) {
    try {
      return Optional.of(Identity.parse(user.text()));
    } catch (IllegalArgumentException e) {
      return Optional.empty();
    }
  }
}
