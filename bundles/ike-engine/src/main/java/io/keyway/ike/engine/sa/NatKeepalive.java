package io.keyway.ike.engine.sa;

import io.keyway.ike.engine.base.Worker;
import java.time.Duration;
import java.time.Instant;
import java.util.List;

/**
 * One octet now and then, so that the NAT in front of us keeps its mapping (RFC 3948 section 4).
 * The data plane's packets may do as well, but we do not see them. Only who is behind the NAT can
 * keep it open.
 */
final class NatKeepalive {
  /** What a peer drops without a look; goes without the non-ESP marker (section 2.3). */
  private static final byte[] OCTET = {(byte) 0xff};

  private final IkeSa sa;
  private Instant lastSpoken = Instant.EPOCH;
  private Worker.Timer timer = Worker.Timer.NONE;

  NatKeepalive(IkeSa sa) {
    this.sa = sa;
  }

  void start() {
    stop();
    Duration interval = sa.ctx().settings().wire().natKeepalive();
    // On port 500 an octet would be no IKE message, and no keep-alive either.
    if (sa.nat().local() && sa.path().marker() && !interval.isZero()) {
      timer = sa.after(interval, this::due);
    }
  }

  void stop() {
    timer.cancel();
    timer = Worker.Timer.NONE;
  }

  void spoke() {
    lastSpoken = sa.ctx().clock().instant();
  }

  private void due() {
    Duration interval = sa.ctx().settings().wire().natKeepalive();
    Duration silence = Duration.between(lastSpoken, sa.ctx().clock().instant());
    if (silence.compareTo(interval) >= 0) {
      sa.ctx().counters().count("ike-nat-keepalives");
      sa.outbox().send(List.of(OCTET));
      silence = Duration.ZERO;
    }
    timer = sa.after(interval.minus(silence), this::due);
  }
}
