package io.keyway.ike.engine;

import static org.assertj.core.api.Assertions.assertThat;

import io.keyway.api.ike.EngineEvent;
import io.keyway.api.ike.IkeEngine.Selection;
import io.keyway.api.ike.IkeSaStatus;
import io.keyway.ike.engine.base.EngineSettings;
import io.keyway.ike.engine.lab.Config;
import io.keyway.ike.engine.lab.Gateway;
import io.keyway.ike.engine.lab.Lab;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Both ends rekey children and IKE SAs at random moments, datagrams are lost, doubled and
 * disordered, planes take their time: every collision there is, and not one packet lost.
 */
class StormTest {
  private static final Duration LIMIT = Duration.ofSeconds(20);

  /** More of them take longer and find more. */
  static IntStream seeds() {
    // Those that once found something come first.
    return IntStream.concat(
        IntStream.of(24, 216, 249, 879),
        IntStream.range(1000, 1000 + Integer.getInteger("keyway.engine.seeds", 16)));
  }

  @ParameterizedTest
  @MethodSource("seeds")
  void rekeysFromBothSidesInBadWeatherLoseNoPacket(int seed) {
    Random random = new Random(seed * 7919L + 1);
    Lab lab =
        new Lab(EngineSettings.defaults().withRetransmission(Duration.ofSeconds(1), 1.2, 20), seed);
    lab.load(Lab.leftNet().esp(Config.ESP_GCM_PFS), Lab.rightNet().esp(Config.ESP_GCM_PFS));
    lab.up();
    lab.traffic("net");
    lab.net.setWeather(datagram -> arrivals(random));
    lab.left.plane.setLatency(Duration.ofMillis(random.nextInt(80)));
    lab.right.plane.setLatency(Duration.ofMillis(random.nextInt(80)));
    for (int i = 0; i < 30; i++) {
      rekeySomething(lab.left, "to-right", random);
      rekeySomething(lab.right, "to-left", random);
      lab.time.run(Duration.ofMillis(random.nextInt(8000)));
    }
    lab.net.fine();
    lab.time.run(Duration.ofSeconds(150));
    assertThat(lab.lost).isZero();
    assertThat(lab.held).isZero();
    lab.assertOnePair("net");
    assertThat(lab.left.onlySa().initiatorSpi()).isEqualTo(lab.right.onlySa().initiatorSpi());
    for (Gateway gateway : List.of(lab.left, lab.right)) {
      assertThat(gateway.children()).hasSize(1);
      assertThat(gateway.events(EngineEvent.ChildDown.class)).isEmpty();
      assertThat(gateway.events(EngineEvent.IkeDown.class)).isEmpty();
      assertThat(gateway.count("ike-internal-errors")).isZero();
    }
  }

  private static void rekeySomething(Gateway gateway, String connection, Random random) {
    int what = random.nextInt(3);
    if (what == 0) {
      gateway.engine.rekey(new Selection.Child(connection, "net"), LIMIT);
    } else if (what == 1) {
      for (IkeSaStatus sa : gateway.engine.snapshot()) {
        gateway.engine.rekey(new Selection.IkeUid(sa.uid()), LIMIT);
      }
    }
  }

  private static List<Duration> arrivals(Random random) {
    List<Duration> arrivals = new ArrayList<>();
    do {
      if (random.nextInt(100) >= 20) {
        arrivals.add(Duration.ofMillis(5 + random.nextInt(200)));
      }
    } while (random.nextInt(100) < 20);
    return arrivals;
  }
}
