package io.keyway.emulator.infrap4d;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.grpc.ManagedChannel;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.TlsChannelCredentials;
import io.grpc.netty.shaded.io.grpc.netty.NettyChannelBuilder;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Contract section 4: TLS with or without client certificates, files read again. */
class TlsTest {
  @TempDir static Path pki;

  private final Bed bed = new Bed();

  @AfterEach
  void stop() {
    bed.close();
  }

  /** Authorities and certificates by the openssl program, as infrap4d's own script makes them. */
  @BeforeAll
  static void certificates() throws Exception {
    for (String ca : List.of("ca", "other-ca")) {
      openssl(
          "req",
          "-x509",
          "-newkey",
          "ec",
          "-pkeyopt",
          "ec_paramgen_curve:P-256",
          "-nodes",
          "-days",
          "2",
          "-subj",
          "/CN=" + ca,
          "-keyout",
          ca + ".key",
          "-out",
          ca + ".crt");
    }
    signed("server", "ca", "subjectAltName=DNS:ipu.example");
    signed("server2", "ca", "subjectAltName=DNS:ipu.example");
    signed("client", "ca", "extendedKeyUsage=clientAuth");
    signed("stranger", "other-ca", "extendedKeyUsage=clientAuth");
  }

  private static void signed(String name, String ca, String extension) throws Exception {
    openssl(
        "req",
        "-newkey",
        "ec",
        "-pkeyopt",
        "ec_paramgen_curve:P-256",
        "-nodes",
        "-subj",
        "/CN=" + name,
        "-keyout",
        name + ".key",
        "-out",
        name + ".csr");
    Files.writeString(pki.resolve("ext"), extension + "\n");
    openssl(
        "x509",
        "-req",
        "-in",
        name + ".csr",
        "-CA",
        ca + ".crt",
        "-CAkey",
        ca + ".key",
        "-CAcreateserial",
        "-days",
        "2",
        "-extfile",
        "ext",
        "-out",
        name + ".crt");
  }

  private static void openssl(String... args) throws Exception {
    List<String> command = new java.util.ArrayList<>(List.of("openssl"));
    command.addAll(List.of(args));
    Process p =
        new ProcessBuilder(command).directory(pki.toFile()).redirectErrorStream(true).start();
    String output = new String(p.getInputStream().readAllBytes());
    assertThat(p.waitFor()).as(output).isZero();
  }

  private static File file(String name) {
    return pki.resolve(name).toFile();
  }

  private Emulator device(String certificate, TlsFiles.ClientCertificates asked)
      throws IOException {
    return bed.device(
        EmulatorConfig.onLoopback("a", "wire")
            .with(
                new TlsFiles(
                    pki.resolve(certificate + ".crt"),
                    pki.resolve(certificate + ".key"),
                    Optional.of(pki.resolve("ca.crt")),
                    asked)));
  }

  private RawClient client(Emulator device, String certificate) throws IOException {
    TlsChannelCredentials.Builder credentials =
        TlsChannelCredentials.newBuilder().trustManager(file("ca.crt"));
    if (certificate != null) {
      credentials.keyManager(file(certificate + ".crt"), file(certificate + ".key"));
    }
    ManagedChannel channel =
        NettyChannelBuilder.forAddress(device.addresses().get(0), credentials.build())
            .overrideAuthority("ipu.example")
            .build();
    RawClient client = new RawClient(channel);
    bed.closing(client::close);
    return client;
  }

  private static void refused(RawClient client) {
    assertThatThrownBy(client::rxSpi)
        .isInstanceOfSatisfying(
            StatusRuntimeException.class,
            e -> assertThat(e.getStatus().getCode()).isEqualTo(Status.Code.UNAVAILABLE));
  }

  @Test
  void withVerificationOnlyClientsOfTheAuthorityGetIn() throws Exception {
    Emulator device = device("server", TlsFiles.ClientCertificates.REQUIRE_AND_VERIFY);
    assertThat(client(device, "client").rxSpi()).isNotZero();
    refused(client(device, "stranger"));
    refused(client(device, null));
  }

  @Test
  void withoutRequestAnybodyWhoTrustsTheServerGetsIn() throws Exception {
    Emulator device = device("server", TlsFiles.ClientCertificates.NO_REQUEST);
    assertThat(client(device, null).rxSpi()).isNotZero();
    RawClient plaintext = bed.client(device);
    refused(plaintext);
  }

  @Test
  void requiredWithoutVerificationTakesAnyCertificate() throws Exception {
    Emulator device = device("server", TlsFiles.ClientCertificates.REQUIRE_NO_VERIFY);
    assertThat(client(device, "stranger").rxSpi()).isNotZero();
    refused(client(device, null));
  }

  @Test
  void aNewServerCertificateIsTakenUpWithoutARestart() throws Exception {
    for (String suffix : List.of(".crt", ".key")) {
      Files.copy(pki.resolve("server" + suffix), pki.resolve("live" + suffix));
    }
    Emulator device = device("live", TlsFiles.ClientCertificates.NO_REQUEST);
    assertThat(serial(device)).isEqualTo(serialOf("server"));
    for (String suffix : List.of(".key", ".crt")) {
      Path next = pki.resolve("next");
      Files.copy(pki.resolve("server2" + suffix), next);
      Files.move(next, pki.resolve("live" + suffix), StandardCopyOption.REPLACE_EXISTING);
    }
    long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(20);
    while (!serial(device).equals(serialOf("server2")) && System.nanoTime() < end) {
      Thread.sleep(100);
    }
    assertThat(serial(device)).isEqualTo(serialOf("server2"));
  }

  private static String serialOf(String name) throws Exception {
    return output("openssl", "x509", "-noout", "-serial", "-in", file(name + ".crt").toString());
  }

  private static String serial(Emulator device) throws Exception {
    int port = device.addresses().get(0).getPort();
    return output(
        "sh",
        "-c",
        "openssl s_client -connect 127.0.0.1:"
            + port
            + " -servername ipu.example </dev/null 2>/dev/null | openssl x509 -noout -serial");
  }

  private static String output(String... command) throws Exception {
    Process p = new ProcessBuilder(command).start();
    String output = new String(p.getInputStream().readAllBytes()).trim();
    p.waitFor();
    return output;
  }

  @Test
  void missingFilesAndSymbolicLinksAreRefusedByName() throws Exception {
    Path link = pki.resolve("link.crt");
    Files.createSymbolicLink(link, pki.resolve("server.crt"));
    for (Path certificate : List.of(link, pki.resolve("nowhere.crt"))) {
      assertThatThrownBy(
              () ->
                  bed.device(
                      EmulatorConfig.onLoopback("x", "wire")
                          .with(
                              new TlsFiles(
                                  certificate,
                                  pki.resolve("server.key"),
                                  Optional.empty(),
                                  TlsFiles.ClientCertificates.NO_REQUEST))))
          .isInstanceOf(IOException.class)
          .hasMessageContaining(certificate.toString());
    }
    Files.delete(link);
    assertThatThrownBy(
            () ->
                new TlsFiles(
                    link, link, Optional.empty(), TlsFiles.ClientCertificates.REQUIRE_AND_VERIFY))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("CA");
  }
}
