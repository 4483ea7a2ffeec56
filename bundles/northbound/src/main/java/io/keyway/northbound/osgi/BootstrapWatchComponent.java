package io.keyway.northbound.osgi;

import io.keyway.northbound.aaa.BootstrapWatch;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.ScheduledExecutorService;
import org.opendaylight.mdsal.binding.api.DataBroker;
import org.osgi.framework.Bundle;
import org.osgi.framework.BundleContext;
import org.osgi.framework.Constants;
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
 * Watches services of OpenDaylight's AAA from the moment that its datastore is there.
 *
 * <p>The registry is asked directly: a reference would be bound only after slower listeners had
 * their turn, and a service that starts slowly must not be taken for one that does not start.
 */
@Component(
    immediate = true,
    service = {})
public final class BootstrapWatchComponent {

  private static final Logger LOG = LoggerFactory.getLogger(BootstrapWatchComponent.class);

  /** A usual start takes well under a second after the datastore came up. */
  private static final Duration PATIENCE = Duration.ofSeconds(8);

  private final ScheduledExecutorService executor = NorthboundThread.single("keyway-aaa-watch");
  private final List<BootstrapWatch> watches;

  /** A datastore that is there is what these services wait for, too. */
  @Activate
  public BootstrapWatchComponent(
      BundleContext context,
      @Reference DataBroker broker,
      @Reference ServiceComponentRuntime components) {
    watches =
        List.of(
            new BootstrapWatch(
                new Bootstrap(
                    "password",
                    "RESTCONF answers 401",
                    "org.opendaylight.aaa.api.password.service.PasswordHashService",
                    // Keyway offers it once more, with another property.
                    "(type=default)",
                    "org.opendaylight.aaa.impl.password.service.OSGiPasswordServiceConfigBootstrap",
                    context,
                    components),
                executor,
                PATIENCE),
            new BootstrapWatch(
                new Bootstrap(
                    "encryption",
                    "RESTCONF answers 404",
                    "org.opendaylight.aaa.encrypt.AAAEncryptionService",
                    null,
                    "org.opendaylight.aaa.encrypt.impl.OSGiEncryptionServiceConfigurator",
                    context,
                    components),
                executor,
                PATIENCE));
    watches.forEach(BootstrapWatch::start);
  }

  @Deactivate
  void deactivate() {
    watches.forEach(BootstrapWatch::close);
    executor.shutdownNow();
  }

  private record Bootstrap(
      String service,
      String consequence,
      String type,
      String filter,
      String component,
      BundleContext context,
      ServiceComponentRuntime components)
      implements BootstrapWatch.Bootstrap {

    /** What goes with the whole framework is not to be brought back. */
    @Override
    public boolean present() {
      if (context.getBundle(Constants.SYSTEM_BUNDLE_LOCATION).getState() == Bundle.STOPPING) {
        return true;
      }
      try {
        return context.getAllServiceReferences(type, filter) != null;
      } catch (InvalidSyntaxException e) {
        throw new IllegalStateException(e);
      }
    }

    @Override
    public void restart() {
      for (ComponentDescriptionDTO description : components.getComponentDescriptionDTOs()) {
        if (description.name.equals(component)) {
          components
              .disableComponent(description)
              .then(disabled -> components.enableComponent(description))
              .onFailure(e -> LOG.error("Cannot start component {} again", component, e));
          return;
        }
      }
      LOG.error("There is no component {}; is feature keyway-aaa installed as a whole?", component);
    }
  }
}
