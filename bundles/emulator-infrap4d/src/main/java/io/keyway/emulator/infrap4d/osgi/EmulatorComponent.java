package io.keyway.emulator.infrap4d.osgi;

import io.keyway.emulator.infrap4d.ConfigReader;
import io.keyway.emulator.infrap4d.Emulator;
import io.keyway.emulator.infrap4d.EmulatorConfig;
import io.keyway.emulator.infrap4d.control.ControlServer;
import java.io.IOException;
import java.security.SecureRandom;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.Map;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.ConfigurationPolicy;
import org.osgi.service.component.annotations.Deactivate;
import org.osgi.service.component.annotations.Reference;

/** One emulated device per factory configuration; its keys are those of {@link ConfigReader}. */
@Component(
    service = EmulatorComponent.class,
    configurationPid = "io.keyway.emulator.infrap4d",
    configurationPolicy = ConfigurationPolicy.REQUIRE,
    immediate = true)
public final class EmulatorComponent {
  private final Emulator emulator;
  private final ControlServer control;

  /**
   * Starts the device.
   *
   * @throws IOException when an address or a file cannot be used
   */
  @Activate
  public EmulatorComponent(@Reference OsgiWires wires, Map<String, Object> properties)
      throws IOException {
    EmulatorConfig config = ConfigReader.read(texts(properties));
    emulator =
        new Emulator(
            config, wires.named(config.wire()), new SecureRandom(), InstantSource.system());
    emulator.start();
    ControlServer started = null;
    if (config.control().isPresent()) {
      try {
        started = new ControlServer(emulator, config.control().get());
      } catch (IOException e) {
        emulator.close();
        throw e;
      }
    }
    control = started;
  }

  /** What is ours among the properties: the container adds its own, all with a dot or a colon. */
  private static Map<String, String> texts(Map<String, Object> properties) {
    Map<String, String> texts = new HashMap<>();
    properties.forEach(
        (key, value) -> {
          boolean containers =
              key.startsWith("service.")
                  || key.startsWith("component.")
                  || key.startsWith("felix.")
                  || key.startsWith("osgi.")
                  || key.startsWith("org.apache.karaf.")
                  || key.startsWith(":")
                  || key.startsWith(".");
          if (!containers) {
            texts.put(key, String.valueOf(value));
          }
        });
    return texts;
  }

  @Deactivate
  void deactivate() {
    if (control != null) {
      control.close();
    }
    emulator.close();
  }
}
