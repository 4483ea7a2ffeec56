package io.keyway.northbound.osgi;

import java.util.function.Supplier;
import org.opendaylight.yangtools.yang.model.api.EffectiveModelContext;

/** There as soon as OpenDaylight has read our modules; gives the model as it is now. */
public interface ModelReady extends Supplier<EffectiveModelContext> {}
