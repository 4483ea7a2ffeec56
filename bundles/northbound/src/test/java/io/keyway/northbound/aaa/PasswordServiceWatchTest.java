package io.keyway.northbound.aaa;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.reflect.Constructor;
import java.lang.reflect.Proxy;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.opendaylight.aaa.impl.password.service.OSGiPasswordServiceConfigBootstrap;
import org.opendaylight.mdsal.binding.api.DataBroker;
import org.opendaylight.mdsal.binding.api.DataListener;
import org.opendaylight.yang.gen.v1.urn.opendaylight.aaa.password.service.config.rev170619.PasswordServiceConfig;
import org.opendaylight.yang.gen.v1.urn.opendaylight.aaa.password.service.config.rev170619.PasswordServiceConfigBuilder;
import org.opendaylight.yangtools.concepts.Registration;
import org.osgi.service.component.ComponentFactory;
import org.osgi.service.component.ComponentInstance;

/** OpenDaylight's own bootstrap class, with its first callback delivered when the test says. */
class PasswordServiceWatchTest {

  private final AtomicInteger started = new AtomicInteger();
  private final List<DataListener<PasswordServiceConfig>> listeners = new ArrayList<>();
  private final Ticks ticks = new Ticks();
  private int earlyCallbacks;
  private PasswordServiceWatch watch;

  @AfterEach
  void stop() {
    if (watch != null) {
      watch.close();
    }
    ticks.shutdownNow();
  }

  @Test
  void anEarlyCallbackAloneLeavesThePasswordServiceDeadForEver() throws Exception {
    earlyCallbacks = 1;
    bootstrap();
    assertThat(started).hasValue(0);
  }

  @Test
  void theWatchStartsItAgain() throws Exception {
    earlyCallbacks = 1;
    bootstrap();
    watch = watch();
    ticks.tick();
    assertThat(started).hasValue(1);
    ticks.tick();
    assertThat(started).as("nothing more to do").hasValue(1);
  }

  @Test
  void theWatchGoesOnWhenTheRaceIsLostAgain() throws Exception {
    earlyCallbacks = 3;
    bootstrap();
    watch = watch();
    ticks.tick();
    ticks.tick();
    assertThat(started).hasValue(0);
    ticks.tick();
    assertThat(started).hasValue(1);
  }

  @Test
  void aServiceThatIsThereIsLeftAlone() throws Exception {
    bootstrap();
    assertThat(started).hasValue(1);
    AtomicInteger restarts = new AtomicInteger();
    watch =
        new PasswordServiceWatch(
            () -> started.get() > 0, restarts::incrementAndGet, ticks, Duration.ofSeconds(8));
    ticks.tick();
    assertThat(restarts).hasValue(0);
  }

  @Test
  void aRestartThatFailsIsTriedAgain() {
    AtomicInteger restarts = new AtomicInteger();
    watch =
        new PasswordServiceWatch(
            () -> false,
            () -> {
              restarts.incrementAndGet();
              throw new IllegalStateException("on purpose");
            },
            ticks,
            Duration.ofSeconds(8));
    ticks.tick();
    ticks.tick();
    assertThat(restarts).hasValue(2);
  }

  private PasswordServiceWatch watch() {
    return new PasswordServiceWatch(
        () -> started.get() > 0,
        () -> {
          try {
            bootstrap();
          } catch (ReflectiveOperationException e) {
            throw new IllegalStateException(e);
          }
        },
        ticks,
        Duration.ofSeconds(8));
  }

  /** What Declarative Services do when the component is enabled. */
  private void bootstrap() throws ReflectiveOperationException {
    Constructor<OSGiPasswordServiceConfigBootstrap> constructor =
        OSGiPasswordServiceConfigBootstrap.class.getConstructor(
            DataBroker.class, ComponentFactory.class);
    constructor.newInstance(broker(), factory());
    // The callback in its usual place: after the constructor has returned.
    listeners.forEach(l -> l.dataChangedTo(new PasswordServiceConfigBuilder().build()));
    listeners.clear();
  }

  /** Calls back from within the registration as long as {@link #earlyCallbacks} says so. */
  @SuppressWarnings("unchecked")
  private DataBroker broker() {
    return (DataBroker)
        Proxy.newProxyInstance(
            getClass().getClassLoader(),
            new Class<?>[] {DataBroker.class},
            (proxy, method, arguments) -> {
              if (!method.getName().equals("registerDataListener")) {
                throw new UnsupportedOperationException(method.getName());
              }
              var listener = (DataListener<PasswordServiceConfig>) arguments[1];
              if (earlyCallbacks > 0) {
                earlyCallbacks--;
                listener.dataChangedTo(new PasswordServiceConfigBuilder().build());
              } else {
                listeners.add(listener);
              }
              return (Registration) () -> {};
            });
  }

  private ComponentFactory<?> factory() {
    ComponentInstance<?> instance =
        (ComponentInstance<?>)
            Proxy.newProxyInstance(
                getClass().getClassLoader(),
                new Class<?>[] {ComponentInstance.class},
                (proxy, method, arguments) -> null);
    return (ComponentFactory<?>)
        Proxy.newProxyInstance(
            getClass().getClassLoader(),
            new Class<?>[] {ComponentFactory.class},
            (proxy, method, arguments) -> {
              started.incrementAndGet();
              return instance;
            });
  }

  /** A scheduler whose time passes when told. */
  private static final class Ticks extends ScheduledThreadPoolExecutor
      implements ScheduledExecutorService {
    private Runnable task;

    Ticks() {
      super(0);
    }

    @Override
    public ScheduledFuture<?> scheduleWithFixedDelay(
        Runnable command, long initialDelay, long delay, TimeUnit unit) {
      task = command;
      return super.schedule((Callable<Void>) () -> null, 1, TimeUnit.DAYS);
    }

    void tick() {
      task.run();
    }
  }
}
