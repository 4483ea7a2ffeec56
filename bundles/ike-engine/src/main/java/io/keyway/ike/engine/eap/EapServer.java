package io.keyway.ike.engine.eap;

import io.keyway.api.ike.EapSettings;
import io.keyway.api.ike.EapSettings.Type;
import io.keyway.ike.message.Octets;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;

/** The responder's side of EAP, the server with its users at hand. */
public final class EapServer extends EapConversation {
  private final EapSettings settings;
  private final EapMethods methods;
  private final List<Type> acceptable;
  private final Set<Type> tried = EnumSet.noneOf(Type.class);
  private int identifier;
  private boolean asking;
  private boolean answered;
  private EapName user;

  /**
   * For one round.
   *
   * @param ikeName the peer's IKE identity, its name unless it is asked; absent when it is no name
   * @param alone whether nothing but EAP proves who we are (RFC 5998)
   * @param identifier of the first packet
   */
  public EapServer(
      EapSettings settings,
      EapMethods methods,
      Optional<EapName> ikeName,
      boolean alone,
      int identifier) {
    this.settings = settings;
    this.methods = methods;
    this.identifier = identifier & 0xff;
    acceptable = settings.acceptable(alone);
    asking = settings.identity().filter(EapSettings.ASK::equals).isPresent();
    user = asking ? null : settings.identity().map(EapName::new).or(() -> ikeName).orElse(null);
  }

  /** Who the peer says it is; after success, who it is. */
  public Optional<EapName> user() {
    return Optional.ofNullable(user);
  }

  /** The first packet. */
  public CompletableFuture<EapAnswer> begin() {
    if (asking) {
      return now(
          new EapAnswer.Packet(
              EapPacket.request(identifier, EapPacket.IDENTITY, Octets.EMPTY).encode()));
    }
    return user == null
        ? fail("the peer's IKE identity is no name of a user; set eap-identity to %any, to ask it")
        : startFirst();
  }

  private CompletableFuture<EapAnswer> startFirst() {
    return acceptable.isEmpty()
        ? fail("none of our EAP methods does without another proof of us (RFC 5998 section 4)")
        : start(acceptable.get(0));
  }

  private CompletableFuture<EapAnswer> start(Type type) {
    tried.add(type);
    answered = false;
    EapMethod method = methods.server(type, settings, user);
    use(method);
    return method.start(identifier).thenApply(this::answer);
  }

  /** The peer's answer to the last packet. */
  public CompletableFuture<EapAnswer> process(Octets octets) {
    Optional<EapPacket> decoded = EapPacket.decode(octets);
    if (tooMany()) {
      return fail("the EAP conversation does not end");
    }
    if (decoded.isEmpty()
        || decoded.get().code() != EapPacket.RESPONSE
        || decoded.get().identifier() != identifier) {
      return fail("the peer sent an EAP packet that answers nothing");
    }
    EapPacket packet = decoded.get();
    if (asking) {
      return identity(packet);
    }
    EapMethod method = method().orElseThrow();
    if (packet.type() == EapPacket.NAK && !answered) {
      return another(packet);
    }
    if (packet.type() != method.type().number()) {
      return fail(
          "the peer answered " + methodName() + " with a packet of EAP type " + packet.type());
    }
    answered = true;
    return method.process(packet).thenApply(this::answer);
  }

  private CompletableFuture<EapAnswer> identity(EapPacket packet) {
    Optional<EapName> name = EapName.of(packet.data());
    if (packet.type() != EapPacket.IDENTITY || name.isEmpty()) {
      return fail("the peer does not tell an EAP identity that could be a user's name");
    }
    user = name.get();
    asking = false;
    identifier = identifier + 1 & 0xff;
    return startFirst();
  }

  /** RFC 3748 section 5.3.1: the peer wants another method, and says which. */
  private CompletableFuture<EapAnswer> another(EapPacket nak) {
    byte[] wanted = nak.data().toArray();
    for (Type type : acceptable) {
      for (byte one : wanted) {
        if ((one & 0xff) == type.number() && !tried.contains(type)) {
          identifier = identifier + 1 & 0xff;
          return start(type);
        }
      }
    }
    return fail(
        "the peer accepts none of our EAP methods "
            + words(acceptable)
            + "; add one that it can do");
  }

  static String words(List<Type> types) {
    return types.stream().map(Type::keyword).toList().toString();
  }

  private EapAnswer answer(EapStep step) {
    int type = method().orElseThrow().type().number();
    if (step instanceof EapStep.Send send) {
      return new EapAnswer.Packet(next(type, send.data()));
    }
    if (step instanceof EapStep.Retry retry) {
      return new EapAnswer.Retry(next(type, retry.data()), retry.reason());
    }
    if (step instanceof EapStep.Done done) {
      keep(done.key());
      return new EapAnswer.Success(EapPacket.success(identifier).encode());
    }
    EapStep.Failed failed = (EapStep.Failed) step;
    return failure(failed.reason(), failed.guess());
  }

  private Octets next(int type, Octets data) {
    identifier = answered ? identifier + 1 & 0xff : identifier;
    return EapPacket.request(identifier, type, data).encode();
  }

  private EapAnswer failure(String reason, boolean guess) {
    return new EapAnswer.Failure(EapPacket.failure(identifier).encode(), reason, guess);
  }

  private CompletableFuture<EapAnswer> fail(String reason) {
    return now(failure(reason, false));
  }

  private static CompletableFuture<EapAnswer> now(EapAnswer answer) {
    return CompletableFuture.completedFuture(answer);
  }
}
