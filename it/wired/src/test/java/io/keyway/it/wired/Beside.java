package io.keyway.it.wired;

import io.keyway.api.plane.PlaneStatus.Connection;
import io.keyway.emulator.infrap4d.Emulator;
import io.keyway.emulator.infrap4d.EmulatorConfig;
import io.keyway.emulator.infrap4d.TlsFiles;
import io.keyway.emulator.infrap4d.wire.Wire;
import io.keyway.it.kit.stack.Threads;
import io.keyway.plane.infrap4d.core.Infrap4dPlane;
import io.keyway.plane.infrap4d.device.GrpcConnector;
import io.keyway.plane.infrap4d.settings.Infrap4dSettings;
import io.keyway.plane.support.PlaneMemory;
import io.keyway.plane.support.settings.SettingsException;
import java.io.IOException;
import java.security.SecureRandom;
import java.time.Clock;
import java.time.Instant;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/** Another device of a site's controller, beside its first. */
final class Beside implements AutoCloseable {

  final Emulator device;
  final Infrap4dPlane plane;
  private final Site site;
  private final Map<String, String> settings = new HashMap<>();

  /**
   * Starts the device, and adds it to the controller.
   *
   * @param prefix where the gateways lie whose packets go through the device
   * @param more settings of the plane
   */
  Beside(
      Site site,
      String name,
      String prefix,
      Wire wire,
      Optional<TlsFiles> tls,
      Map<String, String> more)
      throws IOException, SettingsException {
    this.site = site;
    EmulatorConfig config = EmulatorConfig.onLoopback(name, wire.name()).withAddresses(prefix);
    device =
        new Emulator(
            tls.map(config::with).orElse(config), wire, new SecureRandom(), InstantSource.system());
    device.start();
    settings.put("p4runtime-address", "127.0.0.1:" + device.addresses().get(0).getPort());
    settings.put("tls/enabled", Boolean.toString(tls.isPresent()));
    settings.put("ike-elsewhere", "true");
    settings.putAll(more);
    plane = contact("ipu-" + name, Map.of());
    site.sad.bind(plane);
    site.spd.bind(plane);
    site.tunnels.addPlane(plane);
    plane.start();
  }

  /** A southbound to this device that nobody uses yet. */
  Infrap4dPlane contact(String name, Map<String, String> more) throws SettingsException {
    Map<String, String> all = new HashMap<>(settings);
    all.putAll(more);
    Infrap4dSettings parsed = Infrap4dSettings.parse(name, all);
    return new Infrap4dPlane(
        parsed,
        new GrpcConnector(parsed, Instant.now()),
        Threads.one(name),
        site.timer,
        PlaneMemory.NONE,
        Clock.systemUTC(),
        new SecureRandom());
  }

  void awaitReady() {
    Await.until(
        plane.name() + " ready",
        Site.SOON,
        () -> plane.status().connection() == Connection.READY,
        plane::status);
  }

  Map<String, Integer> contents() {
    return Site.contents(device);
  }

  @Override
  public void close() {
    site.tunnels.removePlane(plane);
    site.spd.unbind(plane);
    site.sad.unbind(plane);
    plane.close();
    device.close();
  }
}
