package io.keyway.plane.infrap4d.osgi;

import io.keyway.api.intent.IntentObject.PlaneConfig;
import io.keyway.api.plane.PlaneModel;
import io.keyway.api.plane.PlaneType;
import io.keyway.plane.infrap4d.core.Infrap4dModel;
import org.osgi.service.component.annotations.Component;

/** Tells what a data plane of type infrap4d can represent. */
@Component(service = PlaneType.class)
public final class Infrap4dTypeComponent implements PlaneType {

  private final Infrap4dModel model = new Infrap4dModel();

  @Override
  public String type() {
    return model.type();
  }

  @Override
  public PlaneModel model(PlaneConfig config) {
    return model.model(config);
  }
}
