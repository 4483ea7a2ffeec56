package io.keyway.northbound.osgi;

import io.keyway.northbound.aaa.PasswordServiceWatch;
import java.time.Duration;
import java.util.concurrent.ScheduledExecutorService;
import org.opendaylight.aaa.api.password.service.PasswordHashService;
import org.opendaylight.mdsal.binding.api.DataBroker;
import org.osgi.framework.BundleContext;
import org.osgi.framework.InvalidSyntaxException;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Deactivate;
import org.osgi.service.component.annotations.Reference;
import org.osgi.service.component.runtime.ServiceComponentRuntime;
import org.osgi.service.component.runtime.dto.ComponentDescriptionDTO;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Watches OpenDaylight's password service from the moment that its datastore is there.
 *
 * <p>The registry is asked directly: a reference would be bound only after slower listeners had
 * their turn, and a service that starts slowly must not be taken for one that does not start.
 */
@Component(
    immediate = true,
    service = {})
public final class PasswordServiceComponent {

  private static final Logger LOG = LoggerFactory.getLogger(PasswordServiceComponent.class);

  private static final String BOOTSTRAP =
      "org.opendaylight.aaa.impl.password.service.OSGiPasswordServiceConfigBootstrap";

  /** A usual start takes well under a second after the datastore came up. */
  private static final Duration PATIENCE = Duration.ofSeconds(8);

  private final BundleContext context;
  private final ServiceComponentRuntime components;
  private final ScheduledExecutorService executor =
      NorthboundThread.single("keyway-password-watch");
  private final PasswordServiceWatch watch;

  /** A datastore that is there is what the password service waits for, too. */
  @Activate
  public PasswordServiceComponent(
      BundleContext context,
      @Reference DataBroker broker,
      @Reference ServiceComponentRuntime components) {
    this.context = context;
    this.components = components;
    this.watch = new PasswordServiceWatch(this::present, this::restart, executor, PATIENCE);
  }

  private boolean present() {
    try {
      return !context.getServiceReferences(PasswordHashService.class, "(type=default)").isEmpty();
    } catch (InvalidSyntaxException e) {
      throw new IllegalStateException(e);
    }
  }

  private void restart() {
    for (ComponentDescriptionDTO description : components.getComponentDescriptionDTOs()) {
      if (description.name.equals(BOOTSTRAP)) {
        components
            .disableComponent(description)
            .then(disabled -> components.enableComponent(description))
            .onFailure(e -> LOG.error("Cannot start component {} again", BOOTSTRAP, e));
        return;
      }
    }
    LOG.error(
        "There is no component {}; is feature odl-aaa-password-service installed?", BOOTSTRAP);
  }

  @Deactivate
  void deactivate() {
    watch.close();
    executor.shutdownNow();
  }
}
