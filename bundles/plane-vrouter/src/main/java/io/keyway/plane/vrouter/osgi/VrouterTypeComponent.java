package io.keyway.plane.vrouter.osgi;

import io.keyway.api.intent.IntentObject.PlaneConfig;
import io.keyway.api.plane.PlaneModel;
import io.keyway.api.plane.PlaneType;
import io.keyway.plane.vrouter.core.VrouterModel;
import org.osgi.service.component.annotations.Component;

/** Tells what a data plane of type vrouter can represent. */
@Component(service = PlaneType.class)
public final class VrouterTypeComponent implements PlaneType {

  private final VrouterModel model = new VrouterModel();

  @Override
  public String type() {
    return model.type();
  }

  @Override
  public PlaneModel model(PlaneConfig config) {
    return model.model(config);
  }
}
