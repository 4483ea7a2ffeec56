package io.keyway.it.container;

import io.keyway.it.kit.Distribution;
import io.keyway.it.kit.Ports;
import java.io.IOException;
import java.util.List;
import java.util.Map;

/** Two emulated devices on one wire, inside the shared container. */
final class Devices {
  static final int DEVICE_A = Ports.tcp();
  static final int DEVICE_B = Ports.tcp();
  static final int CONTROL_A = Ports.tcp();
  static final int CONTROL_B = Ports.tcp();
  static final String GATEWAY_A = "127.0.11.1";
  static final String GATEWAY_B = "127.0.11.2";

  private Devices() {}

  static void configure(Distribution distribution) throws IOException {
    distribution.boot("keyway-emulator");
    for (String site : List.of("a", "b")) {
      boolean a = site.equals("a");
      distribution.configure(
          "io.keyway.emulator.infrap4d-ipu-" + site,
          Map.of(
              "name",
              "ipu-" + site,
              "site",
              site,
              "wire",
              "container",
              "listen",
              "127.0.0.1:" + (a ? DEVICE_A : DEVICE_B),
              "control",
              "127.0.0.1:" + (a ? CONTROL_A : CONTROL_B),
              "gateway",
              a ? GATEWAY_A : GATEWAY_B));
    }
  }
}
