package io.keyway.ike.engine;

import io.keyway.api.crypto.PrfAlgorithm;
import io.keyway.ike.crypto.Puzzle;
import io.keyway.ike.engine.CookieJar.Demand;
import io.keyway.ike.engine.base.EngineSettings;
import io.keyway.ike.engine.sa.EngineContext;
import io.keyway.ike.engine.sa.PuzzleDemand;
import io.keyway.ike.message.IkeMessage;
import io.keyway.ike.message.NoncePayload;
import io.keyway.ike.message.NotifyPayload;
import io.keyway.ike.message.NotifyType;
import io.keyway.ike.message.Octets;
import io.keyway.ike.message.Payload;
import io.keyway.ike.message.PuzzleSolutionPayload;
import io.keyway.ike.message.SaPayload;
import io.keyway.ike.message.Transform;
import io.keyway.ike.message.TransformType;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Decides what a first message must bring before it costs us a key exchange: nothing, a cookie (RFC
 * 7296 section 2.6), or a cookie and a solved puzzle (RFC 8019 section 7.1), with another puzzle to
 * follow where peers stop half-way. Keeps no state for anybody.
 */
final class FloodGate {
  /** One in so many peers that solve no puzzle is let in, for those that know none. */
  private static final int UNSOLVED_ADMITTED = 8;

  /** Half-open IKE SAs that every address may have, as long as there is room at all. */
  private static final int LEAST_SHARE = 4;

  /** Verdict on a first message. */
  sealed interface Verdict {
    /**
     * Let in.
     *
     * @param puzzleBits that the next message must solve (RFC 8019 section 7.2); 0 for none
     */
    record Admitted(int puzzleBits) implements Verdict {}

    record Dropped() implements Verdict {}

    /** To be answered with these, and forgotten. */
    record Asked(List<Payload> payloads) implements Verdict {}
  }

  private static final Verdict LET_IN = new Verdict.Admitted(0);

  private final EngineContext ctx;
  private final CookieJar cookies;

  FloodGate(EngineContext ctx) {
    this.ctx = ctx;
    this.cookies = new CookieJar(ctx.clock(), ctx.random());
  }

  /**
   * Judges a first message.
   *
   * @param offer names the functions that a puzzle may use; empty: no puzzle is demanded
   */
  Verdict judge(
      IkeMessage request, Optional<SaPayload> offer, NoncePayload nonce, InetSocketAddress from) {
    EngineSettings settings = ctx.settings();
    EngineSettings.Flood flood = settings.flood();
    int halfOpen = ctx.halfOpen().get();
    int ofAddress = ctx.directory().halfOpenFrom(from);
    if (halfOpen >= settings.halfOpenLimit()) {
      return dropped("ike-dropped-half-open");
    }
    if (halfOpen < settings.cookieThreshold() && ofAddress < flood.perAddress() / 4) {
      return LET_IN;
    }
    long spi = request.header().initiatorSpi();
    Octets given =
        request.notification(NotifyType.COOKIE).map(NotifyPayload::data).orElse(Octets.EMPTY);
    Optional<Demand> demanded = cookies.read(given, nonce.nonce(), spi, from);
    boolean suspect = isSuspect(ofAddress);
    if (demanded.isEmpty()) {
      return ask(demand(offer, halfOpen, suspect), nonce, spi, from);
    }
    // Only now the address is known to be the sender's own.
    if (ofAddress >= share(halfOpen)) {
      return dropped("ike-dropped-half-open-address");
    }
    if (demanded.get().zeroBits() == 0) {
      return LET_IN;
    }
    if (isSolved(request, given, demanded.get())) {
      // Never without one that was solved before (RFC 8019 section 7.2.1): some know no puzzles.
      return suspect ? new Verdict.Admitted(demanded.get().zeroBits()) : LET_IN;
    }
    ctx.counters().count("ike-puzzles-unsolved");
    return ctx.random().nextInt(UNSOLVED_ADMITTED) == 0 ? LET_IN : new Verdict.Dropped();
  }

  /**
   * Whether who gets an IKE SA does not go on with it, it seems: the address has many half-open
   * ones although it is the sender's own, or what comes for half-open ones is often garbage.
   */
  private boolean isSuspect(int ofAddress) {
    EngineSettings.Flood flood = ctx.settings().flood();
    return ofAddress >= flood.perAddress() / 2
        || ctx.directory().spoilt().get() >= flood.garbageThreshold();
  }

  /**
   * How many half-open IKE SAs one address may have: fewer the more there are. Who owns many
   * addresses can so not fill the place up, and one that has none is always let in.
   */
  private int share(int halfOpen) {
    int limit = ctx.settings().halfOpenLimit();
    int most = ctx.settings().flood().perAddress();
    int left = most - (int) ((long) most * halfOpen / limit);
    return Math.max(Math.min(LEAST_SHARE, most), left);
  }

  private Verdict dropped(String counter) {
    ctx.counters().count(counter);
    return new Verdict.Dropped();
  }

  private Verdict ask(Demand demand, NoncePayload nonce, long spi, InetSocketAddress from) {
    ctx.counters().count("ike-cookies-sent");
    List<Payload> answer = new ArrayList<>(2);
    answer.add(NotifyPayload.of(NotifyType.COOKIE, cookies.bake(nonce.nonce(), spi, from, demand)));
    if (demand.zeroBits() > 0) {
      ctx.counters().count("ike-puzzles-sent");
      PrfAlgorithm prf = PrfAlgorithm.ofWire(demand.prf()).orElseThrow();
      answer.add(new PuzzleDemand(prf, demand.zeroBits()).notification());
    }
    return new Verdict.Asked(answer);
  }

  /** A puzzle with a function that the peer offers itself (RFC 8019 section 7.1.1.1). */
  private Demand demand(Optional<SaPayload> offer, int halfOpen, boolean suspect) {
    EngineSettings.Flood flood = ctx.settings().flood();
    if (halfOpen < flood.puzzleThreshold() && !suspect) {
      return Demand.NONE;
    }
    int doublings =
        31 - Integer.numberOfLeadingZeros(halfOpen / Math.max(1, flood.puzzleThreshold()) | 1);
    int bits = Math.min(flood.hardestPuzzle(), flood.easiestPuzzle() + doublings);
    return offer.stream()
        .flatMap(o -> o.proposals().stream())
        .flatMap(p -> p.ofType(TransformType.PRF).stream())
        .map(Transform::id)
        .filter(id -> PrfAlgorithm.ofWire(id).isPresent())
        .findFirst()
        .map(id -> new Demand(id, bits))
        .orElse(Demand.NONE);
  }

  private boolean isSolved(IkeMessage request, Octets cookie, Demand demand) {
    Optional<PuzzleSolutionPayload> solution = request.first(PuzzleSolutionPayload.class);
    Optional<PrfAlgorithm> prf = PrfAlgorithm.ofWire(demand.prf());
    return solution.isPresent()
        && prf.isPresent()
        && Puzzle.isSolved(
            ctx.crypto().prf(prf.get()),
            solution.get().keys().toArray(),
            cookie.toArray(),
            demand.zeroBits());
  }
}
