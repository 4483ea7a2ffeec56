package io.keyway.northbound.aaa;

import static org.assertj.core.api.Assertions.assertThat;

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
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.opendaylight.aaa.encrypt.impl.OSGiEncryptionServiceConfigurator;
import org.opendaylight.aaa.impl.password.service.OSGiPasswordServiceConfigBootstrap;
import org.opendaylight.mdsal.binding.api.DataBroker;
import org.opendaylight.mdsal.binding.api.DataListener;
import org.opendaylight.yang.gen.v1.config.aaa.authn.encrypt.service.config.rev160915.AaaEncryptServiceConfigBuilder;
import org.opendaylight.yang.gen.v1.urn.opendaylight.aaa.password.service.config.rev170619.PasswordServiceConfigBuilder;
import org.opendaylight.yangtools.concepts.Registration;
import org.opendaylight.yangtools.yang.binding.DataObject;
import org.osgi.service.component.ComponentFactory;
import org.osgi.service.component.ComponentInstance;

/** OpenDaylight's own bootstrap classes, with their first callback delivered when the test says. */
class BootstrapWatchTest {

  /** The classes, and what is in the datastore when the controller is started again. */
  enum Kind {
    PASSWORD(OSGiPasswordServiceConfigBootstrap.class, new PasswordServiceConfigBuilder().build()),
    ENCRYPTION(
        OSGiEncryptionServiceConfigurator.class,
        new AaaEncryptServiceConfigBuilder()
            .setPasswordLength(4)
            .setEncryptKey("none")
            .setEncryptSalt("AAAAAAAAAAAAAAAAAAAAAA==")
            .setEncryptMethod("PBKDF2WithHmacSHA1")
            .setEncryptType("AES")
            .setEncryptIterationCount(1)
            .setEncryptKeyLength(128)
            .setCipherTransforms("AES/CBC/PKCS5Padding")
            .build());

    private final Class<?> type;
    private final DataObject stored;

    Kind(Class<?> type, DataObject stored) {
      this.type = type;
      this.stored = stored;
    }
  }

  private final AtomicInteger started = new AtomicInteger();
  private final List<Runnable> callbacks = new ArrayList<>();
  private final Ticks ticks = new Ticks();
  private int earlyCallbacks;
  private BootstrapWatch watch;

  @AfterEach
  void stop() {
    if (watch != null) {
      watch.close();
    }
    ticks.shutdownNow();
  }

  @ParameterizedTest
  @EnumSource
  void anEarlyCallbackAloneLeavesTheServiceDeadForEver(Kind kind) throws Exception {
    earlyCallbacks = 1;
    bootstrap(kind);
    assertThat(started).hasValue(0);
  }

  @ParameterizedTest
  @EnumSource
  void theWatchStartsItAgain(Kind kind) throws Exception {
    earlyCallbacks = 1;
    bootstrap(kind);
    watch(kind);
    ticks.tick();
    assertThat(started).hasValue(1);
    ticks.tick();
    assertThat(started).as("nothing more to do").hasValue(1);
  }

  @ParameterizedTest
  @EnumSource
  void theWatchGoesOnWhenTheRaceIsLostAgain(Kind kind) throws Exception {
    earlyCallbacks = 3;
    bootstrap(kind);
    watch(kind);
    ticks.tick();
    ticks.tick();
    assertThat(started).hasValue(0);
    ticks.tick();
    assertThat(started).hasValue(1);
  }

  @ParameterizedTest
  @EnumSource
  void aServiceThatIsThereIsLeftAlone(Kind kind) throws Exception {
    bootstrap(kind);
    assertThat(started).hasValue(1);
    watch(kind);
    ticks.tick();
    assertThat(started).hasValue(1);
  }

  @Test
  void aSlowMachineGetsMoreTimeEachTime() {
    AtomicInteger restarts = failing();
    for (int i = 0; i < 6; i++) {
      ticks.tick();
    }
    assertThat(restarts).hasValue(6);
    assertThat(ticks.pauses).containsExactly(8000L, 16000L, 32000L, 60000L, 60000L, 60000L, 60000L);
  }

  @Test
  void nothingIsStartedAgainAfterTheEnd() {
    AtomicInteger restarts = failing();
    watch.close();
    ticks.tick();
    assertThat(restarts).hasValue(0);
    assertThat(ticks.pauses).as("no further look").hasSize(1);
  }

  /** A service that never comes, and a restart that fails. */
  private AtomicInteger failing() {
    AtomicInteger restarts = new AtomicInteger();
    watch(
        () -> {
          restarts.incrementAndGet();
          throw new IllegalStateException("on purpose");
        });
    return restarts;
  }

  private void watch(Kind kind) {
    watch(
        () -> {
          try {
            bootstrap(kind);
          } catch (ReflectiveOperationException e) {
            throw new IllegalStateException(e);
          }
        });
  }

  private void watch(Runnable restart) {
    watch =
        new BootstrapWatch(
            new BootstrapWatch.Bootstrap() {
              @Override
              public String service() {
                return "test";
              }

              @Override
              public String consequence() {
                return "nothing works";
              }

              @Override
              public boolean present() {
                return started.get() > 0;
              }

              @Override
              public void restart() {
                restart.run();
              }
            },
            ticks,
            Duration.ofSeconds(8));
    watch.start();
  }

  /** What Declarative Services do when the component is enabled. */
  private void bootstrap(Kind kind) throws ReflectiveOperationException {
    kind.type
        .getConstructor(DataBroker.class, ComponentFactory.class)
        .newInstance(broker(kind.stored), factory());
    // The callback in its usual place: after the constructor has returned.
    callbacks.forEach(Runnable::run);
    callbacks.clear();
  }

  /** Calls back from within the registration as long as {@link #earlyCallbacks} says so. */
  @SuppressWarnings("unchecked")
  private DataBroker broker(DataObject stored) {
    return (DataBroker)
        Proxy.newProxyInstance(
            getClass().getClassLoader(),
            new Class<?>[] {DataBroker.class},
            (proxy, method, arguments) -> {
              if (!method.getName().equals("registerDataListener")) {
                throw new UnsupportedOperationException(method.getName());
              }
              var listener = (DataListener<DataObject>) arguments[1];
              if (earlyCallbacks > 0) {
                earlyCallbacks--;
                listener.dataChangedTo(stored);
              } else {
                callbacks.add(() -> listener.dataChangedTo(stored));
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
    private final List<Long> pauses = new ArrayList<>();
    private Runnable task;

    Ticks() {
      super(0);
    }

    @Override
    public ScheduledFuture<?> schedule(Runnable command, long delay, TimeUnit unit) {
      pauses.add(unit.toMillis(delay));
      task = command;
      return super.schedule((Callable<Void>) () -> null, 1, TimeUnit.DAYS);
    }

    void tick() {
      task.run();
    }
  }
}
