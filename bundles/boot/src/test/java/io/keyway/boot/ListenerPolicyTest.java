package io.keyway.boot;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ListenerPolicyTest {
  @TempDir Path dir;

  @Test
  void httpsEverywhereAndPlainHttpNowhereIsAllowed() throws IOException {
    web("org.osgi.service.http.enabled=false\norg.ops4j.pax.web.listening.addresses=0.0.0.0\n");
    assertThat(violations()).isEmpty();
  }

  @Test
  void plainHttpOnLoopbackIsAllowed() throws IOException {
    web(
        "org.osgi.service.http.enabled=true\norg.ops4j.pax.web.listening.addresses=127.0.0.1,::1\n");
    assertThat(violations()).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"0.0.0.0", "192.0.2.1", "127.0.0.1,192.0.2.1", "host.example", "::", "128.0.0.1"})
  void plainHttpElsewhereIsRefusedWithTheCure(String addresses) throws IOException {
    web(
        "org.osgi.service.http.enabled=true\norg.ops4j.pax.web.listening.addresses="
            + addresses
            + "\n");
    assertThat(violations())
        .singleElement()
        .asString()
        .contains("org.ops4j.pax.web.cfg")
        .contains("org.osgi.service.http.enabled = false");
  }

  @Test
  void aMissingWebConfigurationMeansPlainHttpOnEveryAddressAndIsRefused() throws IOException {
    assertThat(violations()).singleElement().asString().contains("0.0.0.0");
  }

  @ParameterizedTest
  @ValueSource(strings = {"rmiRegistryHost", "rmiServerHost"})
  void jmxBeyondLoopbackIsRefused(String key) throws IOException {
    web("org.osgi.service.http.enabled=false\n");
    write("etc/org.apache.karaf.management.cfg", key + " = 0.0.0.0\n");
    assertThat(violations()).singleElement().asString().contains(key + " = 127.0.0.1");
  }

  @Test
  void jmxOnLoopbackIsAllowed() throws IOException {
    web("org.osgi.service.http.enabled=false\n");
    write(
        "etc/org.apache.karaf.management.cfg",
        "rmiRegistryHost = 127.0.0.1\nrmiServerHost = localhost\n");
    assertThat(violations()).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "canonical.hostname = \"192.0.2.1\"",
        "canonical {\n  hostname = \"192.0.2.1\"\n}",
        "canonical.hostname = \"127.0.0.1\"\nbind.hostname = 192.0.2.1",
        "canonical.hostname : \"192.0.2.1\""
      })
  void raftBeyondLoopbackNeedsTls(String lines) throws IOException {
    web("org.osgi.service.http.enabled=false\n");
    write("configuration/initial/akka.conf", "transport = tcp\n" + lines + "\n");
    assertThat(violations()).singleElement().asString().contains("tls-tcp").contains("192.0.2.1");
    write("configuration/initial/akka.conf", "transport = tls-tcp\n" + lines + "\n");
    assertThat(violations()).isEmpty();
    write("configuration/initial/akka.conf", "# transport = tls-tcp\n" + lines + "\n");
    assertThat(violations()).hasSize(1);
  }

  @Test
  void raftOnLoopbackIsAllowed() throws IOException {
    web("org.osgi.service.http.enabled=false\n");
    write(
        "configuration/initial/akka.conf",
        "transport = tcp\ncanonical.hostname = \"127.0.0.1\"\n# hostname = 192.0.2.1\n");
    assertThat(violations()).isEmpty();
  }

  private java.util.List<String> violations() throws IOException {
    return new ListenerPolicy(dir.resolve("etc"), dir.resolve("configuration")).violations();
  }

  private void web(String text) throws IOException {
    write("etc/org.ops4j.pax.web.cfg", text);
  }

  private void write(String name, String text) throws IOException {
    Path file = dir.resolve(name);
    Files.createDirectories(file.getParent());
    Files.writeString(file, text);
  }
}
