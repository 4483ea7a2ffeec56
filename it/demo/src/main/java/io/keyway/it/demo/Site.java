package io.keyway.it.demo;

/**
 * One of the two sites.
 *
 * @param letter {@code a} or {@code b}
 * @param gateway outer address, on loopback
 * @param host the one protected host behind it
 * @param devicePort gRPC of the emulated device (P4Runtime and gNMI)
 * @param controlPort remote control of the emulator
 */
record Site(String letter, String gateway, String host, int devicePort, int controlPort) {

  String plane() {
    return "ipu-" + letter;
  }

  String gatewayName() {
    return "gw-" + letter;
  }

  String tunnel() {
    return "site-" + letter;
  }

  String identity() {
    return "site-" + letter + ".example";
  }
}
