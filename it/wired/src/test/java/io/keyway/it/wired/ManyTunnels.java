package io.keyway.it.wired;

import io.keyway.emulator.infrap4d.wire.Wire;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;

/** Two sites with a device each, and a fleet of tunnels between them to be. */
abstract class ManyTunnels {

  static final Duration LIMIT = Duration.ofSeconds(60);

  final int gateways;
  private final int each;

  @TempDir Path directory;
  Site a;
  Site b;
  Fleet fleet;

  ManyTunnels(int gateways, int each) {
    this.gateways = gateways;
    this.each = each;
  }

  @BeforeEach
  void start() throws Exception {
    Wire wire = new Wire("wire", InstantSource.system());
    a = new Site("a", Fleet.NET_A + "0/24", wire, "the same on both sides", directory);
    b = new Site("b", Fleet.NET_B + "0/24", wire, "the same on both sides", directory);
    fleet = new Fleet(a, b, gateways, each);
    a.awaitReady();
    b.awaitReady();
  }

  @AfterEach
  void stop() {
    a.close();
    b.close();
  }
}
