package io.keyway.ike.engine;

import static org.assertj.core.api.Assertions.assertThat;

import io.keyway.api.Outcome;
import io.keyway.ike.engine.lab.Config;
import io.keyway.ike.engine.lab.Lab;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

/** Connections that share a local address, as the sites of one hub do. */
class UnloadTest {
  private static final Duration LIMIT = Duration.ofSeconds(20);
  private static final InetSocketAddress LEFT = new InetSocketAddress("192.0.2.1", 500);

  private final Lab lab = new Lab();

  private static Config leftSite(int number) {
    return Config.left()
        .named("site-" + number)
        .ids("site" + number + ".example", "hub.example")
        .child("net-" + number, "10.1." + number + ".0/24", "10.2.0.0/16");
  }

  @Test
  void theAddressStaysBoundUntilTheLastOfThemHasEnded() {
    assertThat(lab.left.load(leftSite(1).build()).done()).isTrue();
    assertThat(lab.left.load(leftSite(2).build()).done()).isTrue();
    Config hub =
        Config.right()
            .anyPeer()
            .ids("hub.example", null)
            .child("hub", "10.2.0.0/16", "10.1.0.0/16");
    assertThat(lab.right.load(hub.build()).done()).isTrue();
    assertThat(lab.left.initiate("site-1", "net-1").outcome()).isEqualTo(Outcome.ok());
    assertThat(lab.left.initiate("site-2", "net-2").outcome()).isEqualTo(Outcome.ok());
    lab.time.run(Duration.ofMillis(50));
    assertThat(lab.right.engine.snapshot()).hasSize(2);

    AtomicInteger datagrams = new AtomicInteger();
    lab.net.setWeather(d -> List.of(Duration.ofMillis(20 * datagrams.incrementAndGet())));
    CompletableFuture<Outcome> first =
        lab.left.engine.unload("site-1", LIMIT).toCompletableFuture();
    CompletableFuture<Outcome> second =
        lab.left.engine.unload("site-2", LIMIT).toCompletableFuture();
    lab.time.run(Duration.ofSeconds(1));

    assertThat(first).isCompletedWithValue(Outcome.ok());
    assertThat(second).isCompletedWithValue(Outcome.ok());
    assertThat(lab.right.engine.snapshot()).isEmpty();
    assertThat(lab.left.port.bind(LEFT, false)).as("given up at the end").isEqualTo(Outcome.ok());
  }
}
