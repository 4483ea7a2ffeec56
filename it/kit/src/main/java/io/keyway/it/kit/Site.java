package io.keyway.it.kit;

import java.io.IOException;
import java.util.Map;

/**
 * One of the two sites.
 *
 * @param letter {@code a} or {@code b}
 * @param gateway outer address, on loopback
 * @param host the one protected host behind it
 * @param devicePort gRPC of the emulated device (P4Runtime and gNMI)
 * @param controlPort remote control of the emulator
 */
public record Site(String letter, String gateway, String host, int devicePort, int controlPort) {

  public String plane() {
    return "ipu-" + letter;
  }

  public String gatewayName() {
    return "gw-" + letter;
  }

  public String tunnel() {
    return "site-" + letter;
  }

  public String identity() {
    return "site-" + letter + ".example";
  }

  /**
   * Has the distribution start an emulated device for this site.
   *
   * @param wire name of the wire that the devices share
   */
  public void device(Distribution distribution, String wire) throws IOException {
    distribution.configure(
        "io.keyway.emulator.infrap4d-" + plane(),
        Map.of(
            "name",
            plane(),
            "site",
            letter,
            "wire",
            wire,
            "listen",
            "127.0.0.1:" + devicePort,
            "control",
            "127.0.0.1:" + controlPort,
            "gateway",
            gateway));
  }
}
