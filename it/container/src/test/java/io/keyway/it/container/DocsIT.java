package io.keyway.it.container;

import static org.assertj.core.api.Assertions.assertThat;

import io.keyway.it.kit.Restconf;
import java.io.File;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/**
 * What the documents tell a reader to type, typed: every block marked {@code sh} and {@code yaml}.
 */
@ExtendWith(SharedContainer.class)
class DocsIT {

  private static final String IPSEC = "/rests/data/keyway-ipsec:ipsec";
  private static final Path DOCS = Path.of(System.getProperty("keyway.root"), "docs");

  private final Container container;

  @TempDir Path directory;

  DocsIT(Container container) {
    this.container = container;
  }

  @AfterEach
  void leaveItAsItWas() throws Exception {
    container.restconf().delete(IPSEC);
    Await.until(() -> !container.restconf().get(IPSEC + "?content=config").ok());
  }

  /** Types all commands of a page; what they said. */
  private String typed(String page) throws Exception {
    String script = "set -euo pipefail\n" + String.join("\n", blocks(page, "sh"));
    Path output = directory.resolve("output");
    ProcessBuilder builder =
        new ProcessBuilder("bash", "-c", script)
            .redirectErrorStream(true)
            .redirectOutput(output.toFile())
            .redirectInput(new File("/dev/null"));
    builder.environment().put("KEYWAY_ETC", container.distribution().etc().toString());
    builder
        .environment()
        .put("RESTCONF", "https://127.0.0.1:" + container.distribution().httpsPort() + "/rests");
    Process process = builder.start();
    boolean ended = process.waitFor(90, TimeUnit.SECONDS);
    process.destroyForcibly();
    String said = Files.readString(output);
    assertThat(ended).as(said).isTrue();
    assertThat(process.exitValue()).as(said).isZero();
    return said;
  }

  @Test
  void everyCommandOfTheFirstTunnelWorks() throws Exception {
    assertThat(typed("first-tunnel.md"))
        .contains("a-to-b")
        .contains("data plane ipu-1")
        .doesNotContain("psk\": \"a long");
    assertThat(container.restconf().get(IPSEC + "/tunnels/tunnel=a-to-b?content=config").ok())
        .isTrue();
  }

  @Test
  void theYamlOfTheFirstTunnelLoads() throws Exception {
    Path file = directory.resolve("tunnels.yaml");
    Files.writeString(file, String.join("\n", blocks("first-tunnel.md", "yaml")));
    Shell.Output loaded = container.shell().run("ipsec:load " + file);
    assertThat(loaded.text()).contains("child-policy-1");
    Restconf.Reply tunnel =
        container.restconf().get(IPSEC + "/tunnels/tunnel=ipsec-tunnel-1?content=config");
    assertThat(tunnel.ok()).as(loaded.text() + tunnel.text()).isTrue();
    assertThat(container.restconf().get(IPSEC).text()).doesNotContain("not-this-one-please");
  }

  @Test
  void theYamlOfTheVrouterLoads() throws Exception {
    Path file = directory.resolve("vrouter.yaml");
    Files.writeString(file, String.join("\n", blocks("vrouter.md", "yaml")));
    Shell.Output loaded = container.shell().run("ipsec:load " + file);
    assertThat(loaded.text())
        .contains("data-plane 1, ike-policy 1, child-policy 1, gateway 1, tunnel 2");
    String plane = container.restconf().get(IPSEC + "/data-planes/data-plane=router-left").text();
    assertThat(plane).contains("/run/keyway/vrouter.sock");
  }

  @Test
  void everyCommandForCertificatesWorks() throws Exception {
    String said = typed("certificates.md");

    assertThat(said)
        .contains("site-c-key")
        .contains("site-a.pem")
        .contains("ca-certificate")
        .doesNotContain("BEGIN");
    assertThat(container.restconf().get(IPSEC + "/gateways/gateway=site-b?content=config").text())
        .contains("site-a.example")
        .contains("ifuri");
  }

  @Test
  void theYamlForCertificatesLoads() throws Exception {
    Path file = directory.resolve("certificates.yaml");
    Files.writeString(file, String.join("\n", blocks("certificates.md", "yaml")));
    Shell.Output loaded = container.shell().run("ipsec:load " + file);
    Restconf.Reply gateway =
        container.restconf().get(IPSEC + "/gateways/gateway=site-b?content=config");
    assertThat(gateway.text()).as(loaded.text()).contains("remote-method").contains("ecdsa-sha384");
  }

  private static List<String> blocks(String page, String language) throws Exception {
    Matcher matcher =
        Pattern.compile("(?ms)^```" + language + "\n(.*?)^```")
            .matcher(Files.readString(DOCS.resolve(page)));
    List<String> blocks = new ArrayList<>();
    while (matcher.find()) {
      blocks.add(matcher.group(1));
    }
    assertThat(blocks).isNotEmpty();
    return blocks;
  }
}
