package io.keyway.northbound.osgi;

import io.keyway.northbound.odl.EntryCodec;
import org.opendaylight.mdsal.dom.api.DOMSchemaService;
import org.opendaylight.yang.gen.v1.urn.keyway.ipsec.rev261122.Ipsec;
import org.opendaylight.yangtools.concepts.Registration;
import org.opendaylight.yangtools.yang.model.api.EffectiveModelContext;
import org.osgi.framework.BundleContext;
import org.osgi.framework.ServiceRegistration;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Deactivate;
import org.osgi.service.component.annotations.Reference;

/**
 * Waits for our modules. OpenDaylight reads the models of bundles when it gets to it, and a codec
 * that was asked too early would fail.
 */
@Component(
    immediate = true,
    service = {})
public final class ModelReadyComponent {

  private final BundleContext context;
  private final DOMSchemaService schemas;
  private ServiceRegistration<ModelReady> ready;
  private Registration listening;

  // One for all, because what one reads with it another writes with it.
  private EntryCodec codec;

  @Activate
  public ModelReadyComponent(BundleContext context, @Reference DOMSchemaService schemas) {
    this.context = context;
    this.schemas = schemas;
  }

  @Activate
  void activate() {
    listening = schemas.registerSchemaContextListener(this::modelChanged);
  }

  private synchronized void modelChanged(EffectiveModelContext model) {
    if (ready == null && model.findModuleStatement(Ipsec.QNAME).isPresent()) {
      ready = context.registerService(ModelReady.class, new Now(), null);
    }
  }

  private synchronized EntryCodec currentCodec() {
    EffectiveModelContext model = schemas.getGlobalContext();
    if (codec == null || codec.model() != model) {
      codec = new EntryCodec(model);
    }
    return codec;
  }

  @Deactivate
  synchronized void deactivate() {
    listening.close();
    if (ready != null) {
      ready.unregister();
      ready = null;
    }
  }

  private final class Now implements ModelReady {
    @Override
    public EffectiveModelContext get() {
      return schemas.getGlobalContext();
    }

    @Override
    public EntryCodec codec() {
      return currentCodec();
    }
  }
}
