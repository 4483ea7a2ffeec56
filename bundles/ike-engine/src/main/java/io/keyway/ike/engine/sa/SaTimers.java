package io.keyway.ike.engine.sa;

import io.keyway.api.ike.ConnectionConfig;
import io.keyway.ike.engine.base.Worker;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;

/** Liveness, rekeying and reauthentication of one IKE SA by time. */
final class SaTimers {
  private static final Duration FOLLOW_DELAY = Duration.ofMillis(300);

  private final IkeSa sa;
  private Instant lastHeard = Instant.EPOCH;
  private Worker.Timer liveness = Worker.Timer.NONE;
  private Worker.Timer rekey = Worker.Timer.NONE;
  private Worker.Timer reauth = Worker.Timer.NONE;
  private Worker.Timer follow = Worker.Timer.NONE;
  private final NatKeepalive keepalive;
  private Optional<Instant> rekeyAt = Optional.empty();

  SaTimers(IkeSa sa) {
    this.sa = sa;
    this.keepalive = new NatKeepalive(sa);
  }

  /** Starts, or starts again after the configuration changed. */
  void start() {
    stop();
    ConnectionConfig.Timers times = sa.config().timers();
    heard();
    keepalive.start();
    sa.mobike().start();
    if (sa.nat().remote() || sa.mobike().isAgreed()) {
      // The peer may have moved just before this IKE SA took the children over.
      followSoon();
    }
    if (isOn(times.dpdDelay())) {
      liveness = sa.after(times.dpdDelay(), this::checkLiveness);
    }
    if (isOn(times.rekey())) {
      scheduleRekey(scale(times.rekey(), sa.ctx().spread()));
    }
    if (sa.age().isOurs()) {
      AuthLifetime.due(sa)
          .ifPresent(due -> reauth = sa.after(left(due), () -> Reauthentication.start(sa)));
    } else {
      AuthLifetime.end(sa)
          .ifPresent(
              end ->
                  reauth =
                      sa.after(
                          left(end),
                          () ->
                              sa.life().endPolitely("the peer did not authenticate anew in time")));
    }
  }

  /** What is left of a time that began with the last authentication. */
  private Duration left(Duration sinceAuthentication) {
    Instant due = sa.age().since().plus(sinceAuthentication);
    Duration left = Duration.between(sa.ctx().clock().instant(), due);
    return left.isNegative() ? Duration.ZERO : left;
  }

  /** Tries again after something failed for now. */
  void retryReauth() {
    reauth.cancel();
    reauth = sa.after(sa.ctx().settings().retryDelay(), () -> Reauthentication.start(sa));
  }

  void stop() {
    liveness.cancel();
    rekey.cancel();
    reauth.cancel();
    follow.cancel();
    keepalive.stop();
    sa.mobike().stop();
    sa.sightings().stop();
    rekeyAt = Optional.empty();
    sa.touch();
  }

  /** We sent something. */
  void spoke() {
    keepalive.spoke();
  }

  /**
   * The peer has another address: children that lead to the old one are replaced, a moment later,
   * as their rekey may be what the peer just asks for.
   */
  void followSoon() {
    follow.cancel();
    follow = sa.after(FOLLOW_DELAY, () -> sa.children().follow());
  }

  /** Another path is in use, or a NAT came or went. */
  void pathChanged() {
    keepalive.start();
  }

  /** An authentic message came. */
  void heard() {
    lastHeard = sa.ctx().clock().instant();
  }

  /** Whether an authentic message came at that time or later. */
  boolean heardSince(Instant time) {
    return !lastHeard.isBefore(time);
  }

  Optional<Instant> rekeyAt() {
    return rekeyAt;
  }

  /** Tries again after something failed for now. */
  void retryRekey() {
    scheduleRekey(scale(sa.ctx().settings().retryDelay(), 0.5 + sa.ctx().spread() / 2));
  }

  private void scheduleRekey(Duration delay) {
    rekey.cancel();
    rekeyAt = Optional.of(sa.ctx().clock().instant().plus(delay));
    rekey = sa.after(delay, () -> sa.children().rekeyIke(Optional.empty()));
    sa.touch();
  }

  /** RFC 7296 section 2.4: asks only when nothing was heard, and not while a request is out. */
  private void checkLiveness() {
    Duration delay = sa.config().timers().dpdDelay();
    if (!isOn(delay)) {
      return;
    }
    Duration silence = Duration.between(lastHeard, sa.ctx().clock().instant());
    if (silence.compareTo(delay) >= 0 && sa.requests().isIdle()) {
      sa.requests().enqueue(Exchange.informational(new LivenessTask()));
    }
    Duration next = delay.minus(silence);
    liveness = sa.after(next.isNegative() || next.isZero() ? delay : next, this::checkLiveness);
  }

  private static boolean isOn(Duration duration) {
    return !duration.isZero() && !duration.isNegative();
  }

  private static Duration scale(Duration duration, double factor) {
    return Duration.ofMillis((long) (duration.toMillis() * factor));
  }
}
