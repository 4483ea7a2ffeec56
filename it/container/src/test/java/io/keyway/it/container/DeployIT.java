package io.keyway.it.container;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

@ExtendWith(SharedContainer.class)
class DeployIT {
  private Path jar;

  @AfterEach
  void tidy() throws IOException {
    if (jar != null) {
      Files.deleteIfExists(jar);
    }
  }

  @Test
  void aJarInDeployIsInstalledUpdatedAndRemoved(Container container) throws Exception {
    Path home = container.distribution().home();
    Path witness = home.resolve("data/tmp/deploy-witness");
    jar = home.resolve("deploy/keyway-it-probe.jar");

    drop(ProbeJar.make(home.resolve("data/tmp"), "1.0.0", witness));
    Await.until(() -> Files.exists(witness) && Files.readString(witness).equals("started 1.0.0"));
    assertThat(bundle(container)).contains("Active").contains("1.0.0");

    drop(ProbeJar.make(home.resolve("data/tmp"), "1.1.0", witness));
    Await.until(() -> Files.readString(witness).equals("started 1.1.0"));
    assertThat(bundle(container)).contains("Active").contains("1.1.0");

    Files.delete(jar);
    Await.until(() -> Files.readString(witness).equals("stopped 1.1.0"));
    Await.until(() -> bundle(container).isEmpty());
  }

  /** Copied beside and moved, as the guide for operators says: a half written jar is no bundle. */
  private void drop(Path made) throws IOException {
    Files.move(made, jar, StandardCopyOption.REPLACE_EXISTING, StandardCopyOption.ATOMIC_MOVE);
  }

  private static String bundle(Container container) throws IOException {
    for (String line :
        container.shell().run("bundle:list -t 0 -s --no-format").text().split("\n")) {
      if (line.contains(ProbeJar.NAME)) {
        return line;
      }
    }
    return "";
  }
}
