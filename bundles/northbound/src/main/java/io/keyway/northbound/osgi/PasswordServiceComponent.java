package io.keyway.northbound.osgi;

import io.keyway.northbound.aaa.PasswordServiceWatch;
import java.time.Duration;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.atomic.AtomicInteger;
import org.opendaylight.aaa.api.password.service.PasswordHashService;
import org.opendaylight.mdsal.binding.api.DataBroker;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Deactivate;
import org.osgi.service.component.annotations.Reference;
import org.osgi.service.component.annotations.ReferenceCardinality;
import org.osgi.service.component.annotations.ReferencePolicy;
import org.osgi.service.component.annotations.ReferencePolicyOption;
import org.osgi.service.component.runtime.ServiceComponentRuntime;
import org.osgi.service.component.runtime.dto.ComponentDescriptionDTO;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Watches OpenDaylight's password service from the moment that its datastore is there. */
@Component(
    immediate = true,
    service = {})
public final class PasswordServiceComponent {

  private static final Logger LOG = LoggerFactory.getLogger(PasswordServiceComponent.class);

  private static final String BOOTSTRAP =
      "org.opendaylight.aaa.impl.password.service.OSGiPasswordServiceConfigBootstrap";

  private static final Duration PATIENCE = Duration.ofSeconds(4);

  private final AtomicInteger services = new AtomicInteger();
  private final ScheduledExecutorService executor =
      Executors.newSingleThreadScheduledExecutor(
          task -> {
            Thread thread = new Thread(task, "keyway-password-watch");
            thread.setDaemon(true);
            return thread;
          });
  private final ServiceComponentRuntime components;
  private final PasswordServiceWatch watch;

  @Activate
  public PasswordServiceComponent(
      @Reference DataBroker broker, @Reference ServiceComponentRuntime components) {
    this.components = components;
    this.watch =
        new PasswordServiceWatch(() -> services.get() > 0, this::restart, executor, PATIENCE);
  }

  @Reference(
      target = "(type=default)",
      cardinality = ReferenceCardinality.MULTIPLE,
      policy = ReferencePolicy.DYNAMIC,
      policyOption = ReferencePolicyOption.GREEDY)
  void bindPasswordHashService(PasswordHashService service) {
    services.incrementAndGet();
  }

  void unbindPasswordHashService(PasswordHashService service) {
    services.decrementAndGet();
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
