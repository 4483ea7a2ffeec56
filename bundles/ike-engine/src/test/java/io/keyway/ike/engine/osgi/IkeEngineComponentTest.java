package io.keyway.ike.engine.osgi;

import static org.assertj.core.api.Assertions.assertThat;

import io.keyway.api.ike.ConnectionConfig;
import io.keyway.ike.engine.lab.FakePlane;
import io.keyway.ike.engine.lab.FakeSecrets;
import io.keyway.ike.engine.lab.Lab;
import io.keyway.ike.engine.lab.Net;
import io.keyway.ike.engine.lab.VirtualTime;
import java.lang.annotation.Annotation;
import java.lang.reflect.Proxy;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Services of other bundles come and go in every order that a container may choose. */
class IkeEngineComponentTest {
  private final VirtualTime time = new VirtualTime();
  private final IkeEngineComponent component = new IkeEngineComponent(defaults());

  @AfterEach
  void stop() {
    component.stop();
  }

  private static IkeEngineConfig defaults() {
    return (IkeEngineConfig)
        Proxy.newProxyInstance(
            IkeEngineConfig.class.getClassLoader(),
            new Class<?>[] {IkeEngineConfig.class},
            (proxy, method, arguments) ->
                method.getDeclaringClass() == Annotation.class ? null : method.getDefaultValue());
  }

  private String missing(ConnectionConfig config) {
    return component
        .initiate(config.name(), "net", Duration.ofMillis(50))
        .toCompletableFuture()
        .join()
        .outcome()
        .reason();
  }

  @Test
  void saysWhatItWaitsForUntilEverythingIsThere() throws InterruptedException {
    ConnectionConfig config = Lab.leftNet().build();
    assertThat(component.load(config).toCompletableFuture().join().done()).isTrue();
    assertThat(missing(config)).isEqualTo("waiting for service transport");
    CountDownLatch sent = new CountDownLatch(1);
    Net net = new Net(time);
    net.setWeather(
        datagram -> {
          sent.countDown();
          return List.of();
        });
    component.bindTransport(net.port());
    assertThat(missing(config)).isEqualTo("waiting for service sad");
    FakePlane plane = new FakePlane(time, 1);
    component.bindSad(plane);
    assertThat(missing(config)).isEqualTo("waiting for service spd");
    component.bindSpd(plane.spd());
    assertThat(missing(config)).isEqualTo("waiting for service secrets");
    component.bindSecrets(new FakeSecrets());
    assertThat(missing(config)).startsWith("not up within 50 ms");
    assertThat(sent.await(60, TimeUnit.SECONDS)).isTrue();
  }

  @Test
  void theOldServiceMayGoAfterTheNewOneCame() {
    ConnectionConfig config = Lab.leftNet().build();
    component.load(config);
    component.bindTransport(new Net(time).port());
    FakePlane before = new FakePlane(time, 1);
    FakePlane after = new FakePlane(time, 1);
    component.bindSad(before);
    component.bindSad(after);
    component.unbindSad(before);
    assertThat(missing(config)).isEqualTo("waiting for service spd");
    component.unbindSad(after);
    assertThat(missing(config)).isEqualTo("waiting for service sad");
  }

  @Test
  void namesItself() {
    assertThat(component.name()).isEqualTo("ike-native");
    assertThat(component.snapshot()).isEmpty();
    assertThat(component.counters()).containsEntry("ike-half-open", 0L);
    assertThat(component.algorithms())
        .anySatisfy(
            a -> {
              assertThat(a.algorithm()).isEqualTo("mlkem768");
              assertThat(a.provider()).startsWith("BC ");
            });
  }
}
