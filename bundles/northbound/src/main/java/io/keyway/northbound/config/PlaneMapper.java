package io.keyway.northbound.config;

import io.keyway.api.intent.IntentObject.PlaneConfig;
import java.util.List;
import java.util.Map;

/** List {@code data-plane}. */
final class PlaneMapper {

  private static final List<String> TYPES = List.of("infrap4d", "vrouter");

  private PlaneMapper() {}

  static PlaneConfig read(Tree tree) throws InvalidEntryException {
    String name = tree.mandatory("name");
    for (String type : TYPES) {
      if (tree.container(type).isPresent()) {
        Map<String, String> settings = tree.container(type).get().flat();
        try {
          checkAddresses(settings);
        } catch (InvalidEntryException e) {
          throw e.below(type);
        }
        return new PlaneConfig(name, type, settings, tree.flag("allow-manual-sa", false));
      }
    }
    throw new InvalidEntryException(
        "type", "the kind of device is missing; add one of the containers " + TYPES);
  }

  private static void checkAddresses(Map<String, String> settings) throws InvalidEntryException {
    for (Map.Entry<String, String> setting : settings.entrySet()) {
      if (!setting.getKey().endsWith("address")) {
        continue;
      }
      String address = setting.getValue();
      int port = Integer.parseInt(address.substring(address.lastIndexOf(':') + 1));
      if (port < 1 || port > 65535) {
        throw new InvalidEntryException(
            setting.getKey(), "port " + port + " of " + address + " is not in 1..65535");
      }
      if (settings.getOrDefault("tls/enabled", "true").equals("false") && !loopback(address)) {
        throw new InvalidEntryException(
            "tls/enabled",
            "without TLS keys would cross the network to " + address + " in clear; enable TLS");
      }
    }
    // A UNIX socket has no TLS.
    if (!settings.containsKey("socket")
        && !settings.getOrDefault("tls/enabled", "true").equals("false")
        && !settings.containsKey("tls/ca-file")) {
      throw new InvalidEntryException(
          "tls/ca-file",
          "tls/ca-file is missing; name the CA certificate that signed the device's certificate"
              + " (PEM), or, for a device on loopback only, set tls/enabled to false");
    }
    if (settings.containsKey("tls/certificate-file")
        != settings.containsKey("tls/private-key-file")) {
      throw new InvalidEntryException(
          "tls", "certificate-file and private-key-file go together; set both or none");
    }
  }

  /** Names are not resolved: only what is loopback by its looks counts. */
  private static boolean loopback(String address) {
    return address.matches("(127(\\.[0-9]{1,3}){3}|localhost|\\[::1\\]):[0-9]+");
  }

  static Tree write(PlaneConfig plane) {
    Tree tree = new Tree().leaf("name", plane.name());
    if (plane.allowManualSa()) {
      tree.leaf("allow-manual-sa", "true");
    }
    return tree.container(plane.type(), Tree.ofFlat(plane.settings()));
  }
}
