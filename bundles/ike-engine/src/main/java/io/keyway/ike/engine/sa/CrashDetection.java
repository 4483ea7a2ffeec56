package io.keyway.ike.engine.sa;

import io.keyway.api.Outcome;
import io.keyway.api.ike.ChildConfig;
import io.keyway.api.ike.ChildResult;
import io.keyway.ike.engine.log.IkeLog;
import io.keyway.ike.engine.log.Throttle;
import io.keyway.ike.message.IkeMessage;
import io.keyway.ike.message.NotifyPayload;
import io.keyway.ike.message.NotifyType;
import io.keyway.ike.message.Octets;
import io.keyway.ike.message.Payload;
import io.keyway.ike.message.ProtocolId;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;

/**
 * Quick crash detection on one IKE SA (RFC 6290). Each side gives the other a token, protected;
 * whoever shows the peer's token later, in clear, can only be a peer that lost the IKE SA: then
 * there is no need to wait for a timeout. Our children stay until they are replaced, since the
 * peer's data plane may still carry its end of them.
 */
final class CrashDetection {
  private static final int SHORTEST = 16;
  private static final int LONGEST = 128;

  /** Tokens in clear that are looked at; to guess one would take longer than the sun lasts. */
  private static final int LOOKS_PER_SECOND = 5;

  private final IkeSa sa;
  private final Throttle looks;
  private Octets peerToken = Octets.EMPTY;

  CrashDetection(IkeSa sa) {
    this.sa = sa;
    this.looks = new Throttle(sa.ctx().clock(), LOOKS_PER_SECOND);
  }

  /** A notification as in RFC 6290 section 4.1: about the IKE SA, without an SPI. */
  static NotifyPayload payload(Octets token) {
    return new NotifyPayload(ProtocolId.IKE, Octets.EMPTY, NotifyType.QUICK_CRASH_DETECTION, token);
  }

  /** Our token for this IKE SA, whose SPIs are both known. */
  List<Payload> offer() {
    if (!sa.config().options().recovery().crashDetection()) {
      return List.of();
    }
    return sa.ctx()
        .recovery()
        .tokens()
        .token(sa.isInitiator(), sa.spiI(), sa.spiR())
        .map(token -> List.<Payload>of(payload(token)))
        .orElse(List.of());
  }

  /** The peer's token in a protected message; a later one replaces it (RFC 6290 section 4.4). */
  void take(IkeMessage message) {
    message.notification(NotifyType.QUICK_CRASH_DETECTION).ifPresent(this::take);
  }

  void take(NotifyPayload given) {
    int octets = given.data().length();
    if (octets >= SHORTEST
        && octets <= LONGEST
        && sa.config().options().recovery().crashDetection()) {
      peerToken = given.data();
      sa.touch();
    }
  }

  boolean isArmed() {
    return peerToken.length() > 0;
  }

  /**
   * After a rekey that we started: only now both SPIs are known, so our token goes in an exchange
   * of its own (RFC 6290 section 4.3), to a peer that has shown that it knows what that is.
   */
  void announce() {
    List<Payload> token = offer();
    if (isArmed() && !token.isEmpty()) {
      sa.requests().enqueue(Exchange.informational(new Announcement(token)));
    }
  }

  private record Announcement(List<Payload> token) implements Task {
    @Override
    public void build(IkeSa sa, List<Payload> request) {
      request.addAll(token);
    }

    @Override
    public Step process(IkeSa sa, IkeMessage response) {
      return Step.DONE;
    }
  }

  /** Whether a message in clear proves that the peer lost the IKE SA; then that is dealt with. */
  boolean isProved(IkeMessage clear) {
    List<Octets> shown =
        clear.all(NotifyPayload.class).stream()
            .filter(n -> n.type() == NotifyType.QUICK_CRASH_DETECTION)
            .map(NotifyPayload::data)
            .limit(4)
            .toList();
    if (!isArmed() || shown.isEmpty() || !clear.has(NotifyType.INVALID_IKE_SPI)) {
      return false;
    }
    if (!looks.allows()) {
      sa.ctx().counters().count("ike-crash-tokens-throttled");
      return false;
    }
    byte[] expected = peerToken.toArray();
    boolean matches =
        shown.stream().anyMatch(token -> MessageDigest.isEqual(expected, token.toArray()));
    sa.ctx().counters().count("ike-crash-tokens-" + (matches ? "accepted" : "refused"));
    if (matches) {
      crashed();
    }
    return matches;
  }

  private void crashed() {
    String why =
        "peer " + sa.path().peer() + " lost the IKE SA, and proved it (QUICK_CRASH_DETECTION)";
    IkeLog.IKE.warn(sa, "{}", why);
    if (!sa.state().isEstablished()) {
      sa.life().end(why);
      return;
    }
    sa.tickets().lost();
    List<ChildConfig> wanted = new ArrayList<>();
    for (ChildConfig config : sa.config().children()) {
      if (sa.children().up(config.name()).isPresent() || sa.wishes().isWished(config.name())) {
        wanted.add(config);
      }
    }
    if (sa.config().remoteAddress().isEmpty() || wanted.isEmpty()) {
      // The peer has to come; what it comes for replaces what there is.
      sa.forgotten().begin(why);
      return;
    }
    IkeSa fresh = Initiation.newSa(sa.ctx(), sa.connection());
    sa.forgotten().begin(why);
    sa.connection().add(fresh);
    List<CompletableFuture<ChildResult>> results = new ArrayList<>();
    for (ChildConfig config : wanted) {
      CompletableFuture<ChildResult> result = new CompletableFuture<>();
      results.add(result);
      Initiation.place(
          fresh,
          config,
          result,
          () -> result.complete(ChildResult.of(Outcome.unavailable("the new IKE SA ended"))));
    }
    CompletableFuture.allOf(results.toArray(CompletableFuture[]::new))
        .whenComplete((nothing, error) -> sa.execute(() -> finish(results)));
  }

  private void finish(List<CompletableFuture<ChildResult>> results) {
    Optional<Outcome> failed =
        results.stream().map(r -> r.join().outcome()).filter(o -> !o.done()).findFirst();
    if (failed.isPresent() && !sa.isDead()) {
      sa.life().end("the peer lost the IKE SA, and no new one was made: " + failed.get().reason());
    } else if (failed.isEmpty()) {
      sa.ctx().counters().count("ike-crash-recovered");
    }
  }
}
