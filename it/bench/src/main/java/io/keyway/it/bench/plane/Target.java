package io.keyway.it.bench.plane;

import io.keyway.emulator.infrap4d.Emulator;
import io.keyway.emulator.infrap4d.EmulatorConfig;
import io.keyway.emulator.infrap4d.TlsFiles;
import io.keyway.emulator.infrap4d.TlsFiles.ClientCertificates;
import io.keyway.emulator.infrap4d.pki.TestCertificates;
import io.keyway.emulator.infrap4d.program.LinuxNetworking;
import io.keyway.emulator.infrap4d.wire.Wire;
import java.io.IOException;
import java.security.SecureRandom;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;

/** An emulated E2100 that wants mutual TLS. */
final class Target implements AutoCloseable {

  private static final List<String> TABLES =
      List.of(
          LinuxNetworking.RX_SA_CLASSIFICATION,
          LinuxNetworking.TUNNEL_TERM,
          LinuxNetworking.SPD,
          LinuxNetworking.TX_SA_CLASSIFICATION,
          LinuxNetworking.TUNNEL_ENCAP_MOD,
          LinuxNetworking.TUNNEL);

  final TestCertificates certificates;
  final Emulator emulator;

  Target(String name, TestCertificates certificates) throws IOException {
    this.certificates = certificates;
    this.emulator =
        new Emulator(
            EmulatorConfig.onLoopback(name, name)
                .with(
                    new TlsFiles(
                        certificates.serverCertificate(),
                        certificates.serverKey(),
                        Optional.of(certificates.ca()),
                        ClientCertificates.REQUIRE_AND_VERIFY)),
            new Wire(name, InstantSource.system()),
            new SecureRandom(),
            InstantSource.system());
    emulator.start();
  }

  int port() {
    return emulator.addresses().get(0).getPort();
  }

  int sas() {
    return emulator.device().sas().size();
  }

  int rows() {
    return TABLES.stream()
        .mapToInt(t -> emulator.device().table(t, table -> table.rows().size()))
        .sum();
  }

  /** Both must be as they are said to be, or nothing that was measured counts. */
  void require(int sas, int rows) throws IOException {
    if (sas() != sas || rows() != rows) {
      throw new IOException(
          "the device has "
              + sas()
              + " SAs and "
              + rows()
              + " rows where "
              + sas
              + " and "
              + rows
              + " were reported as written");
    }
  }

  @Override
  public void close() {
    emulator.close();
  }
}
