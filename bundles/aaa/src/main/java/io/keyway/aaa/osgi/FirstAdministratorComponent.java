package io.keyway.aaa.osgi;

import io.keyway.aaa.Attempts;
import io.keyway.aaa.FirstAdministrator;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Dictionary;
import java.util.Hashtable;
import java.util.Map;
import java.util.concurrent.Executors;
import org.opendaylight.aaa.api.IIDMStore;
import org.opendaylight.aaa.api.password.service.PasswordHash;
import org.opendaylight.aaa.api.password.service.PasswordHashService;
import org.osgi.framework.BundleContext;
import org.osgi.framework.Constants;
import org.osgi.framework.ServiceRegistration;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Deactivate;
import org.osgi.service.component.annotations.Reference;

/**
 * Offers OpenDaylight's own password service once more, under a property that says that the store
 * has its administrator.
 *
 * <p>The feature configures AAA's authenticator ({@code OSGIIdmLightProxy}) to take only a password
 * service with this property. The authenticator, the default users and every servlet behind them
 * thus wait until the service is registered. The lowest ranking keeps all others on the original.
 *
 * <p>It registers the service by hand: Declarative Services would try once, and a store that was
 * not ready at that moment would leave RESTCONF answering 401 until somebody restarts.
 */
@Component(
    service = {},
    immediate = true)
public final class FirstAdministratorComponent {

  private static final Duration PAUSE = Duration.ofSeconds(2);

  private final Attempts attempts;
  private ServiceRegistration<PasswordHashService> registration;
  private boolean closed;

  @Activate
  public FirstAdministratorComponent(
      BundleContext context,
      @Reference IIDMStore store,
      @Reference(target = "(type=default)") PasswordHashService original) {
    Path file = Path.of(context.getProperty("karaf.etc"), "keyway", "admin.password");
    FirstAdministrator administrator = new FirstAdministrator(store, original, file);
    attempts =
        new Attempts(
            administrator::ensure,
            () -> offer(context, original),
            Executors.newSingleThreadScheduledExecutor(
                task -> {
                  Thread thread = new Thread(task, "keyway-first-administrator");
                  thread.setDaemon(true);
                  return thread;
                }),
            PAUSE);
    attempts.start();
  }

  /** No lock is held while the registry calls whoever waits for the service. */
  private void offer(BundleContext context, PasswordHashService original) {
    Dictionary<String, Object> properties =
        new Hashtable<>(Map.of("keyway.administrator", "ready", Constants.SERVICE_RANKING, -1000));
    ServiceRegistration<PasswordHashService> made =
        context.registerService(PasswordHashService.class, new Same(original), properties);
    synchronized (this) {
      if (!closed) {
        registration = made;
        return;
      }
    }
    made.unregister();
  }

  @Deactivate
  void deactivate() {
    attempts.close();
    ServiceRegistration<PasswordHashService> offered;
    synchronized (this) {
      closed = true;
      offered = registration;
    }
    if (offered != null) {
      offered.unregister();
    }
  }

  /** An object of its own: a service is one object under one registration. */
  private record Same(PasswordHashService original) implements PasswordHashService {

    @Override
    public PasswordHash getPasswordHash(String password) {
      return original.getPasswordHash(password);
    }

    @Override
    public PasswordHash getPasswordHash(String password, String salt) {
      return original.getPasswordHash(password, salt);
    }

    @Override
    public boolean passwordsMatch(String plaintext, String stored, String salt) {
      return original.passwordsMatch(plaintext, stored, salt);
    }
  }
}
