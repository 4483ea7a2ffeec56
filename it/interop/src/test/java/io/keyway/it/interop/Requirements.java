package io.keyway.it.interop;

import io.keyway.it.kit.lab.NetNs;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/** What a machine must have to run these tests; looked at once. */
final class Requirements {

  private static final List<String> TOOLS =
      List.of(
          "/usr/lib/ipsec/charon",
          "/usr/sbin/swanctl",
          "/usr/bin/pki",
          "/usr/bin/tshark",
          "/usr/bin/unshare",
          "/usr/sbin/nft",
          "/usr/bin/python3");
  private static final Optional<String> OBSTACLE = look();

  private Requirements() {}

  /** The reason why nothing can run, or empty when all can. */
  static Optional<String> obstacle() {
    return OBSTACLE;
  }

  private static Optional<String> look() {
    for (String tool : TOOLS) {
      if (!Files.isExecutable(Path.of(tool))) {
        return Optional.of(
            tool
                + " is missing; apt-get install strongswan-charon strongswan-swanctl strongswan-pki"
                + " libstrongswan-standard-plugins libstrongswan-extra-plugins tshark python3-scapy"
                + " iproute2 nftables");
      }
    }
    return NetNs.obstacle().or(StubPlugin::obstacle);
  }
}
