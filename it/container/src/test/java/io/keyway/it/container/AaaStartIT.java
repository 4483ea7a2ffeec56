package io.keyway.it.container;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import io.keyway.it.kit.Distribution;
import io.keyway.it.kit.LastWords;
import io.keyway.it.kit.Restconf;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;

/**
 * OpenDaylight's password service sometimes missed its first configuration, and RESTCONF said 401
 * for ever. These are the two conditions under which that was seen; a boot counts when RESTCONF
 * answers.
 */
class AaaStartIT {
  private static final String POLICY = "/rests/data/keyway-ipsec:ipsec/ike-policies/ike-policy=";

  @Test
  void answersAfterFirstBootsWithBundlesInDeploy() throws Exception {
    firstBoots(2);
  }

  @Test
  void answersAfterRestartsRightAfterAnInstallation() throws Exception {
    restarts(2);
  }

  @Test
  @Tag("long")
  @EnabledIfSystemProperty(
      named = "keyway.long",
      matches = "true",
      disabledReason = "takes five minutes; ./keyway test --long runs it")
  void answersAfterTenFirstBootsWithBundlesInDeploy() throws Exception {
    firstBoots(10);
  }

  @Test
  @Tag("long")
  @EnabledIfSystemProperty(
      named = "keyway.long",
      matches = "true",
      disabledReason = "takes five minutes; ./keyway test --long runs it")
  void answersAfterTenRestartsRightAfterAnInstallation() throws Exception {
    restarts(10);
  }

  private static void firstBoots(int count) throws Exception {
    for (int i = 1; i <= count; i++) {
      Distribution distribution = Archive.unpack();
      Path deploy = distribution.home().resolve("deploy");
      for (String name : new String[] {"one", "two", "three"}) {
        Path jar = probe(distribution, "keyway.it." + name, name);
        Files.move(jar, deploy.resolve(name + ".jar"));
      }
      int boot = i;
      try (Container container = Container.start(distribution)) {
        LastWords.explain(distribution, () -> firstBoot(container, boot + " of " + count));
      }
    }
  }

  private static void firstBoot(Container container, String boot) throws Exception {
    assertThat(container.https().status("/rests/operations", admin(container)))
        .as("boot %s", boot)
        .isEqualTo(200);
    Await.until(() -> Files.exists(container.distribution().home().resolve("three")));
    assertThat(container.guesser().statuses().headMap(400))
        .as("guesses that were not refused in boot %s", boot)
        .isEmpty();
  }

  private static void restarts(int count) throws Exception {
    try (Distribution distribution = Archive.unpack()) {
      LastWords.explain(distribution, () -> restarts(distribution, count));
    }
  }

  private static void restarts(Distribution distribution, int count) throws Exception {
    distribution.start();
    Restconf restconf = distribution.awaitRestconf(Container.START_LIMIT);
    Path passwordFile = distribution.etc().resolve("keyway/admin.password");
    String password = Files.readString(passwordFile);
    for (int i = 1; i <= count; i++) {
      String name = "p" + i;
      Restconf.Reply written = restconf.put(POLICY + name, policy(name));
      assertThat(written.status())
          .as("write before restart %d of %d: %s", i, count, written.text())
          .isEqualTo(201);
      install(distribution, "keyway.it.installed" + i, name);
      distribution.stop();
      distribution.start();
      restconf = distribution.awaitRestconf(Container.START_LIMIT);
      Restconf.Reply read = restconf.get(POLICY + name);
      assertThat(read.status())
          .as("what was written before restart %d of %d: %s", i, count, read.text())
          .isEqualTo(200);
      assertThat(password.equals(Files.readString(passwordFile)))
          .as("the same password after restart %d of %d", i, count)
          .isTrue();
    }
  }

  private static void install(Distribution distribution, String name, String witness)
      throws IOException {
    Path jar = probe(distribution, name, witness);
    try (Shell shell = new Shell(distribution.sshPort(), distribution.etc().resolve("keyway"))) {
      Shell.Output output = shell.run("bundle:install -s file:" + jar);
      assertThat(output.text()).as("status %d", output.status()).contains("Bundle ID");
    }
    assertThat(distribution.home().resolve(witness)).exists();
  }

  private static Path probe(Distribution distribution, String name, String witness)
      throws IOException {
    return ProbeJar.make(
        Files.createDirectories(distribution.home().resolve("data/tmp")),
        name,
        "1.0.0",
        io.keyway.it.container.probe.ProbeActivator.class,
        distribution.home().resolve(witness));
  }

  private static java.util.Optional<String> admin(Container container) throws IOException {
    return java.util.Optional.of("admin:" + container.password());
  }

  private static JsonObject policy(String name) {
    return JsonParser.parseString(
            """
            {"keyway-ipsec:ike-policy": [{"name": "%s", "proposals": {"proposal": [{"name": "1",
              "encryption": "aes256-gcm", "integrity": "none", "prf": "sha384",
              "dh-group": "ecp384"}]}}]}
            """
                .formatted(name))
        .getAsJsonObject();
  }
}
