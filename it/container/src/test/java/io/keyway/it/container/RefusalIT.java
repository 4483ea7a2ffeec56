package io.keyway.it.container;

import static org.assertj.core.api.Assertions.assertThat;

import io.keyway.it.kit.Distribution;
import io.keyway.it.kit.Ports;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;

/** Starts that must not come to anything. */
class RefusalIT {
  private static final int EXIT_CONFIGURATION = 78;

  @Test
  void plainHttpBeyondLoopbackEndsTheStartBeforeAnythingListens() throws Exception {
    try (Distribution distribution = Archive.unpack()) {
      int port = Ports.tcp();
      edit(
          distribution.etc().resolve("org.ops4j.pax.web.cfg"),
          "org.osgi.service.http.enabled = false",
          "org.osgi.service.http.enabled = true");
      edit(
          distribution.etc().resolve("org.ops4j.pax.web.cfg"),
          "listening.addresses = 127.0.0.1",
          "listening.addresses = 0.0.0.0");
      edit(
          distribution.etc().resolve("org.ops4j.pax.web.cfg"),
          "org.osgi.service.http.port = 8181",
          "org.osgi.service.http.port = " + port);
      assertRefused(distribution, "opens plain HTTP on 0.0.0.0");
    }
  }

  @Test
  void jmxBeyondLoopbackEndsTheStart() throws Exception {
    try (Distribution distribution = Archive.unpack()) {
      edit(
          distribution.etc().resolve("org.apache.karaf.management.cfg"),
          "rmiServerHost = 127.0.0.1",
          "rmiServerHost = 0.0.0.0");
      assertRefused(distribution, "opens JMX without TLS on 0.0.0.0");
    }
  }

  @Test
  void theArchiveHoldsNoCredentials() throws Exception {
    try (Distribution distribution = Archive.unpack()) {
      Path etc = distribution.etc();
      assertThat(etc.resolve("host.key")).doesNotExist();
      assertThat(etc.resolve("keyway")).doesNotExist();
      assertThat(Files.readAllLines(etc.resolve("users.properties")))
          .allMatch(line -> line.isBlank() || line.startsWith("#") || line.startsWith("_g_"));
      assertThat(Files.readAllLines(etc.resolve("keys.properties")))
          .allMatch(line -> line.isBlank() || line.startsWith("#") || line.startsWith("_g_"))
          .noneMatch(line -> line.contains("AAAA"));
    }
  }

  private static void assertRefused(Distribution distribution, String reason) throws Exception {
    distribution.start();
    ProcessHandle process = ProcessHandle.of(distribution.pid()).orElseThrow();
    Set<String> listeners = new TreeSet<>();
    long end = System.nanoTime() + 60_000_000_000L;
    while (process.isAlive()) {
      try {
        listeners.addAll(Sockets.listeners(process.pid()));
      } catch (IOException e) {
        break; // it ended between the two looks
      }
      assertThat(System.nanoTime()).as("it still runs after 60 s").isLessThan(end);
      Thread.sleep(20);
    }
    assertThat(distribution.exitStatus()).isEqualTo(EXIT_CONFIGURATION);
    // Karaf's own stop port is opened by its launcher, on loopback, and takes only its random
    // token.
    assertThat(listeners).allMatch(l -> l.startsWith("127.0.0.1:"));
    assertThat(listeners)
        .noneMatch(l -> l.endsWith(":" + distribution.httpsPort()))
        .noneMatch(l -> l.endsWith(":" + distribution.sshPort()));
    assertThat(Files.readString(distribution.console()))
        .contains("Keyway does not start: ")
        .contains(reason);
    assertThat(distribution.etc().resolve("keyway/admin.password")).doesNotExist();
  }

  private static void edit(Path file, String from, String to) throws IOException {
    String text = Files.readString(file);
    assertThat(text).contains(from);
    Files.writeString(file, text.replace(from, to));
  }
}
