package io.keyway.northbound.osgi;

import io.keyway.northbound.odl.EntryCodec;
import java.util.function.Supplier;
import org.opendaylight.yangtools.yang.model.api.EffectiveModelContext;

/** There as soon as OpenDaylight has read our modules; gives the model as it is now. */
public interface ModelReady extends Supplier<EffectiveModelContext> {

  /** The codec of that model; bundles with models may come and go. */
  EntryCodec codec();
}
