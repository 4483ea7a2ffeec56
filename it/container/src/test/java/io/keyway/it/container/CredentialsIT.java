package io.keyway.it.container;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@ExtendWith(SharedContainer.class)
class CredentialsIT {
  private static final String PATH = "/rests/data/ietf-yang-library:yang-library?depth=1";

  /** The guesser runs since before the first socket of the container was open. */
  @Test
  void noWellKnownPasswordEverGotIn(Container container) throws Exception {
    Guesser guesser = container.guesser();
    for (int i = 0; i < 300 && (guesser.sshRefusals() < 3 || !refused(guesser, 20)); i++) {
      Thread.sleep(100);
    }
    assertThat(refused(guesser, 20))
        .as("guesses refused with 401: %s", guesser.statuses())
        .isTrue();
    assertThat(guesser.statuses().headMap(400)).as("anything but a refusal").isEmpty();
    assertThat(guesser.sshRefusals()).isGreaterThanOrEqualTo(3);
    assertThat(guesser.sshSuccesses()).isZero();
  }

  private static boolean refused(Guesser guesser, int times) {
    return guesser.statuses().getOrDefault(401, new AtomicInteger()).get() >= times;
  }

  @Test
  void theMadePasswordOpensRestconfAndShell(Container container) throws Exception {
    String password = container.password();
    assertThat(container.https().status(PATH, Optional.of("admin:" + password))).isEqualTo(200);
    assertThat(container.shell().opens("admin", password)).isTrue();
  }

  @Test
  void nobodyGetsInWithoutCredentials(Container container) throws Exception {
    assertThat(container.https().status(PATH, Optional.empty())).isEqualTo(401);
    assertThat(container.https().status("/rests/operations", Optional.empty())).isEqualTo(401);
    assertThat(container.https().status("/auth/v1/users", Optional.empty())).isEqualTo(401);
  }

  /**
   * Jolokia comes along with OpenDaylight's AAA, and lets everybody in when it starts before its
   * settings are there: once in some forty first boots, until the next restart.
   */
  @Test
  void managementBeansAreNotThereForAnybody(Container container) throws Exception {
    String right = "admin:" + container.password();
    for (Optional<String> credentials :
        List.of(Optional.<String>empty(), Optional.of("admin:admin"), Optional.of(right))) {
      assertThat(container.https().status("/jolokia/version", credentials)).isEqualTo(404);
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"admin:admin", "karaf:karaf", "user:user", "admin: ", "admin:wrong", "nobody:x"})
  void nobodyGetsInWithTheWrongOnes(String credentials, Container container) throws Exception {
    assertThat(container.https().status(PATH, Optional.of(credentials))).isEqualTo(401);
    String[] parts = credentials.split(":", 2);
    assertThat(container.shell().opens(parts[0], parts[1])).isFalse();
  }

  @Test
  void theShellsHostKeyIsTheOneMadeAtTheFirstStart(Container container) throws Exception {
    // Shell compares it with known_hosts, which was written before the server started.
    assertThat(container.shell().run("shell:echo it is you").text()).contains("it is you");
  }
}
