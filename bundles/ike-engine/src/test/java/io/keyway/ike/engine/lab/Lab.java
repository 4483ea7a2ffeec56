package io.keyway.ike.engine.lab;

import static org.assertj.core.api.Assertions.assertThat;

import io.keyway.api.sa.Direction;
import io.keyway.ike.engine.base.EngineSettings;
import java.time.Duration;
import java.util.Arrays;
import java.util.Optional;

/** Two gateways on one wire, and traffic between them. */
public final class Lab {
  public final VirtualTime time = new VirtualTime();
  public final Net net = new Net(time);
  public Gateway left;
  public Gateway right;

  /** Packets that were sent, lost and held since traffic began. */
  public int packets;

  public int lost;
  public int held;

  public Lab() {
    this(EngineSettings.defaults());
  }

  public Lab(EngineSettings settings) {
    this(settings, 0);
  }

  public Lab(EngineSettings settings, long seed) {
    left = new Gateway(time, net, settings, 0x1000, seed);
    right = new Gateway(time, net, settings, 0x2000, seed);
  }

  /** Both sides configured with one child {@code net}. */
  public static Lab withNet() {
    Lab lab = new Lab();
    lab.load(leftNet(), rightNet());
    return lab;
  }

  public static Config leftNet() {
    return Config.left().child("net", "10.1.0.0/16", "10.2.0.0/16");
  }

  public static Config rightNet() {
    return Config.right().child("net", "10.2.0.0/16", "10.1.0.0/16");
  }

  public void load(Config leftConfig, Config rightConfig) {
    assertThat(left.load(leftConfig.build()).done()).isTrue();
    assertThat(right.load(rightConfig.build()).done()).isTrue();
  }

  /** Brings {@code net} up from the left. */
  public Lab up() {
    assertThat(left.initiate("to-right", "net").outcome().reason()).isEmpty();
    time.run(Duration.ofMillis(50));
    return this;
  }

  /** Packets of {@code child} in both directions, one each ten milliseconds, for good. */
  public void traffic(String child) {
    time.after(
        Duration.ofMillis(10),
        () -> {
          packet(left, right, child);
          packet(right, left, child);
          traffic(child);
        });
  }

  private void packet(Gateway from, Gateway to, String child) {
    packets++;
    Optional<FakePlane.Installed> sa = from.plane.outboundOf(child);
    if (sa.isEmpty()) {
      held++;
      return;
    }
    time.after(
        Net.LATENCY,
        () -> {
          if (!canDecrypt(to, sa.get())) {
            lost++;
          }
        });
  }

  static boolean canDecrypt(Gateway to, FakePlane.Installed outbound) {
    return to.plane
        .inbound(outbound.sa().id().spi().bits())
        .filter(in -> Arrays.equals(in.encryption(), outbound.encryption()))
        .filter(in -> Arrays.equals(in.integrity(), outbound.integrity()))
        .isPresent();
  }

  /** Both planes carry exactly one pair, with the same keys on both ends. */
  public void assertOnePair(String child) {
    for (Gateway gateway : new Gateway[] {left, right}) {
      assertThat(gateway.plane.sas(Direction.INBOUND)).hasSize(1);
      assertThat(gateway.plane.sas(Direction.OUTBOUND)).hasSize(1);
      Gateway other = gateway == left ? right : left;
      FakePlane.Installed outbound = gateway.plane.outboundOf(child).orElseThrow();
      assertThat(canDecrypt(other, outbound)).isTrue();
      assertThat(gateway.plane.claims()).allMatch(c -> c.awake);
      assertThat(gateway.plane.leases()).isEmpty();
    }
  }

  /** Nothing is left on either plane. */
  public void assertNothingLeft() {
    for (Gateway gateway : new Gateway[] {left, right}) {
      assertThat(gateway.plane.sas()).isEmpty();
      assertThat(gateway.plane.claims()).isEmpty();
      assertThat(gateway.plane.leases()).isEmpty();
    }
  }
}
