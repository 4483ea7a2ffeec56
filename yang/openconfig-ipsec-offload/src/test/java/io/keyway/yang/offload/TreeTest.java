package io.keyway.yang.offload;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.fail;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** An independent reader of YANG, yanglint, sees exactly the tree that infrap4d serves. */
class TreeTest {

  @TempDir Path modules;

  @Test
  void yanglintPrintsTheExpectedTreeNodeByNode() throws Exception {
    Modules.copyTo(modules);
    Process yanglint =
        start("yanglint", "-f", "tree", "-p", modules.toString(), path(Modules.OFFLOAD));
    String printed = new String(yanglint.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(yanglint.waitFor(30, TimeUnit.SECONDS)).as("yanglint ends").isTrue();
    assertThat(yanglint.exitValue()).as(printed).isZero();
    assertThat(nodes(printed)).isEqualTo(nodes(expected()));
  }

  @Test
  void yanglintAcceptsEveryModuleOfOurs() throws Exception {
    Modules.copyTo(modules);
    for (String name : Modules.ALL) {
      Process yanglint = start("yanglint", "-p", modules.toString(), path(name));
      String printed = new String(yanglint.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
      assertThat(yanglint.waitFor(30, TimeUnit.SECONDS)).as("yanglint ends").isTrue();
      assertThat(yanglint.exitValue()).as(name + ": " + printed).isZero();
    }
  }

  private String path(String module) {
    return modules.resolve(module).toString();
  }

  private static Process start(String... command) {
    try {
      return new ProcessBuilder(command).redirectErrorStream(true).start();
    } catch (IOException e) {
      return fail("yanglint is missing; install the Debian package libyang2-tools", e);
    }
  }

  private static String expected() throws IOException {
    try (var in = TreeTest.class.getResourceAsStream("/openconfig-ipsec-offload.tree")) {
      return new String(in.readAllBytes(), StandardCharsets.UTF_8);
    }
  }

  private static List<String> nodes(String tree) {
    return tree.lines().map(String::stripTrailing).filter(line -> !line.isEmpty()).toList();
  }
}
