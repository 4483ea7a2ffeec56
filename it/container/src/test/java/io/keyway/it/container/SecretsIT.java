package io.keyway.it.container;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.gson.JsonObject;
import io.keyway.it.kit.Datagrams;
import io.keyway.it.kit.Distribution;
import io.keyway.it.kit.EmulatorClient;
import io.keyway.it.kit.Ports;
import io.keyway.it.kit.Restconf;
import io.keyway.it.kit.SecretSearch;
import io.keyway.it.kit.Site;
import io.keyway.it.kit.TwoSites;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.Base64;
import java.util.HexFormat;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * A tunnel's whole life with the root logger at DEBUG, and then a search for its pre-shared key,
 * its ESP keys and the administrator's password in logs, data, journals, configuration, arguments
 * and replies. A planted key must be found, and nothing else.
 */
class SecretsIT {

  private static final String IPSEC = "/rests/data/keyway-ipsec:ipsec";
  private static final Pattern KEY = Pattern.compile("\"0x([0-9a-f]{40,})\"");

  private final Site a = new Site("a", "127.13.0.1", "10.13.1.10", Ports.tcp(), Ports.tcp());
  private final Site b = new Site("b", "127.13.0.2", "10.13.2.10", Ports.tcp(), Ports.tcp());
  private final StringBuilder replies = new StringBuilder();

  @TempDir Path captures;

  @Test
  void noSecretStandsWhereNoneMayBe() throws Exception {
    byte[] psk = random();
    byte[] planted = random();
    Distribution distribution = Archive.unpack();
    distribution.boot("keyway-emulator");
    a.device(distribution, "secrets");
    b.device(distribution, "secrets");
    debug(distribution);
    try (Container container = Container.start(distribution);
        EmulatorClient device = new EmulatorClient(a.controlPort())) {
      device.await(Duration.ofSeconds(30)).startCapture(captures);
      live(container.restconf(), container.shell(), psk, device);

      SecretSearch search = new SecretSearch().add("planted", planted).add("psk", psk);
      search.add("password", container.password().getBytes(StandardCharsets.UTF_8));
      addEspKeys(search);
      Path plant = distribution.home().resolve("data/log/planted.log");
      Files.writeString(
          plant, "key " + HexFormat.ofDelimiter(":").withUpperCase().formatHex(planted) + "\n");

      List<String> finds = search.below(distribution.home(), SecretsIT::holdsSecretsByNature);
      assertThat(finds).containsExactly(plant + ": planted HE:X");
      assertThat(search.inProcess(distribution.pid())).isEmpty();
      assertThat(search.in(replies.toString().getBytes(StandardCharsets.UTF_8))).isEmpty();
      assertThat(Files.size(container.log())).as("the log is at DEBUG").isGreaterThan(100_000);
    }
  }

  private void live(Restconf restconf, Shell shell, byte[] psk, EmulatorClient device)
      throws Exception {
    JsonObject put = new JsonObject();
    put.addProperty("name", TwoSites.SECRET);
    put.addProperty("kind", "pre-shared-key");
    put.addProperty("octets", Base64.getEncoder().encodeToString(psk));
    replies.append(restconf.rpc("put-secret", put));
    Restconf.Reply reply =
        restconf.put(IPSEC, TwoSites.of(a, b, Ports.udp(a.gateway(), b.gateway())));
    assertThat(reply.ok()).as(reply.text()).isTrue();
    JsonObject tunnel = new JsonObject();
    tunnel.addProperty("tunnel", a.tunnel());
    Await.until(
        () -> {
          JsonObject output = restconf.rpc("initiate", tunnel);
          replies.append(output);
          return output.get("result").getAsString().equals("ok");
        });
    device.inject(Datagrams.numbered(a, b, "secret search", 3));
    replies.append(restconf.rpc("rekey", tunnel));
    replies.append(restconf.rpc("list-secrets", new JsonObject()));
    replies.append(restconf.get(IPSEC).text());
    replies.append(
        restconf
            .get(
                IPSEC
                    + "/data-planes/data-plane="
                    + a.plane()
                    + "/yang-ext:mount/openconfig-ipsec-offload:ipsec-offload")
            .text());
    for (String command : List.of("ipsec:sas", "ipsec:sas --json", "ipsec:tunnels --json")) {
      replies.append(shell.run(command).text());
    }
    replies.append(restconf.rpc("terminate", tunnel));
  }

  private void addEspKeys(SecretSearch search) throws IOException {
    Matcher keys = KEY.matcher(Files.readString(captures.resolve("esp_sa")));
    int count = 0;
    while (keys.find()) {
      search.add("esp-" + count++, HexFormat.of().parseHex(keys.group(1)));
    }
    assertThat(count).as("ESP keys of the first child and of its successor").isGreaterThan(3);
  }

  /** The key store, its password, and what the first start made for the administrator. */
  static boolean holdsSecretsByNature(Path file) {
    String path = file.toString();
    return path.contains("/etc/keyway/") || path.contains("/system/") || path.contains("/cache/");
  }

  private static void debug(Distribution distribution) throws IOException {
    Path logging = distribution.etc().resolve("org.ops4j.pax.logging.cfg");
    String text = Files.readString(logging);
    String changed =
        text.replaceAll("(?m)^log4j2.rootLogger.level\\s*=.*$", "log4j2.rootLogger.level = DEBUG");
    assertThat(changed).isNotEqualTo(text);
    Files.writeString(logging, changed);
  }

  private static byte[] random() {
    byte[] octets = new byte[32];
    new SecureRandom().nextBytes(octets);
    return octets;
  }
}
