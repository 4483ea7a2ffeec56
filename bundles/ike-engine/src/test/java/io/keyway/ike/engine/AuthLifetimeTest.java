package io.keyway.ike.engine;

import static org.assertj.core.api.Assertions.assertThat;

import io.keyway.ike.engine.lab.Lab;
import java.time.Duration;
import org.junit.jupiter.api.Test;

/** AUTH_LIFETIME (RFC 4478): the responder's time counts, and only the initiator can keep it. */
class AuthLifetimeTest {

  @Test
  void theInitiatorAuthenticatesAnewWhenTheResponderWantsIt() {
    Lab lab = new Lab();
    lab.load(Lab.leftNet(), Lab.rightNet().reauth(Duration.ofMinutes(10)));
    lab.up();
    String first = lab.left.onlySa().uid();
    lab.traffic("net");
    lab.time.run(Duration.ofMinutes(45));

    assertThat(lab.left.onlySa().uid()).isNotEqualTo(first);
    assertThat(lab.left.count("ike-reauthenticated")).isBetween(4L, 6L);
    assertThat(lab.left.count("ike-auth-lifetimes-received")).isGreaterThanOrEqualTo(4);
    assertThat(lab.lost + lab.held).isZero();
    lab.time.run(Duration.ofSeconds(10));
    lab.assertOnePair("net");
  }

  @Test
  void theEarlierOfBothTimesCounts() {
    Lab lab = new Lab();
    lab.load(
        Lab.leftNet().reauth(Duration.ofMinutes(5)), Lab.rightNet().reauth(Duration.ofHours(1)));
    lab.up();
    lab.time.run(Duration.ofMinutes(16));
    assertThat(lab.left.count("ike-reauthenticated")).isGreaterThanOrEqualTo(3);
  }

  @Test
  void whoDoesNotLosesTheIkeSa() {
    Lab lab = new Lab();
    lab.load(Lab.leftNet(), Lab.rightNet().reauth(Duration.ofMinutes(10)));
    lab.up();
    // Every new IKE SA fails, as if the way for it were blocked; the old one works.
    long spi = lab.left.onlySa().initiatorSpi();
    lab.net.setWeather(
        d -> {
          long ours = java.nio.ByteBuffer.wrap(d.octets()).getLong();
          return ours == spi
              ? java.util.List.of(io.keyway.ike.engine.lab.Net.LATENCY)
              : java.util.List.of();
        });
    lab.time.run(Duration.ofMinutes(13));
    assertThat(lab.right.engine.snapshot()).isEmpty();
    assertThat(lab.left.count("ike-reauthentication-failures")).isPositive();
  }
}
