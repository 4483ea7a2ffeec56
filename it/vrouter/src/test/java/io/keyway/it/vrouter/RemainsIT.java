package io.keyway.it.vrouter;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.keyway.it.kit.lab.Exec;
import io.keyway.it.kit.lab.NetNs;
import io.keyway.it.kit.lab.Remains;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** What a killed run left goes with the next start; what is somebody else's stays. */
class RemainsIT {

  @Test
  void whatAKilledRunLeftIsTakenDownAndNothingElse() throws Exception {
    assumeTrue(NetNs.obstacle().isEmpty(), () -> "NOT RUN: " + NetNs.obstacle().orElseThrow());
    Process owner = new ProcessBuilder("true").start();
    owner.waitFor();
    String dead = "kw" + owner.pid() + "x1h";
    NetNs lost = NetNs.create(dead);
    Process inside = new ProcessBuilder(lost.inside(List.of("sleep", "600"))).start();
    Path directory = Files.createDirectories(directory(owner.pid()).resolve("left-agent"));
    Files.writeString(directory.resolve("agent.log"), "ready\n");
    try (NetNs ours = NetNs.create(NetNs.prefix() + "h")) {
      Path own = Files.createTempDirectory(Remains.directoryPrefix());
      List<String> taken = Remains.takeDown();
      assertThat(taken)
          .contains(
              "process " + inside.pid(), "namespace " + dead, "directory " + directory.getParent());
      assertThat(inside.waitFor(5, TimeUnit.SECONDS)).isTrue();
      assertThat(directory.getParent()).doesNotExist();
      assertThat(own).exists();
      assertThat(Exec.run("ip", "netns", "list").out()).doesNotContain(dead).contains(ours.name());
      Files.delete(own);
    } finally {
      inside.destroyForcibly();
      Exec.run("ip", "netns", "del", dead);
    }
  }

  private static Path directory(long owner) {
    return Path.of(System.getProperty("java.io.tmpdir"), "kwr" + owner + "x1");
  }
}
