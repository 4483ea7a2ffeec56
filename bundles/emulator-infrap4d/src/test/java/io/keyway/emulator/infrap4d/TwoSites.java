package io.keyway.emulator.infrap4d;

import java.io.IOException;

/** Two devices on one wire with a tunnel or a transport SA between them. */
final class TwoSites implements AutoCloseable {
  final Bed bed = new Bed();
  final Site a;
  final Site b;
  Site.Sa saA;
  Site.Sa saB;

  /** Transport mode protects the gateways themselves, so hosts and gateways are the same then. */
  TwoSites(boolean tunnel) throws IOException, InterruptedException {
    a = site("a", "10.9.0.1", tunnel ? "10.1.0.1" : "10.9.0.1");
    b = site("b", "10.9.0.2", tunnel ? "10.2.0.1" : "10.9.0.2");
  }

  private Site site(String name, String outer, String host)
      throws IOException, InterruptedException {
    Emulator device =
        bed.device(EmulatorConfig.onLoopback(name, "wire").withAddresses(outer, host));
    RawClient client = bed.client(device);
    client.primary();
    return new Site(device, client, outer, host);
  }

  void hold() {
    a.hold(b);
    b.hold(a);
  }

  /** Everything but the last step, in the order that keeps packets safe. */
  void prepare(boolean tunnel, String more) {
    saA = a.allocate();
    saB = b.allocate();
    String aToB = SaText.key(100, 36);
    String bToA = SaText.key(200, 36);
    a.installSas(saA, saB, bToA, aToB, more);
    b.installSas(saB, saA, aToB, bToA, more);
    a.receiveRows(b, saA, tunnel);
    b.receiveRows(a, saB, tunnel);
    if (tunnel) {
      a.encapsulationRows(b, saA);
      b.encapsulationRows(a, saB);
    }
    a.policyRow(b, saA);
    b.policyRow(a, saB);
  }

  void protect(boolean tunnel) {
    a.protect(b, tunnel);
    b.protect(a, tunnel);
  }

  /** A tunnel or transport SA that is up. */
  TwoSites up(boolean tunnel) {
    hold();
    prepare(tunnel, "");
    protect(tunnel);
    return this;
  }

  @Override
  public void close() {
    bed.close();
  }
}
