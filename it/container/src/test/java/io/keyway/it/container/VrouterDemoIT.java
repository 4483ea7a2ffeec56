package io.keyway.it.container;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.keyway.it.kit.lab.Exec;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The lab with two DPDK routers and the demo on it, as a newcomer starts them: real distributions,
 * real agents, and hosts that send all the time.
 */
class VrouterDemoIT {

  private static final String PAYLOAD = "Jackdaws love my big sphinx of quartz";

  /** Exit status where the machine cannot run it; the reason stands on standard error. */
  private static final int CANNOT = 3;

  @TempDir Path directory;

  private final List<Process> started = new ArrayList<>();

  /** A test that failed half-way leaves no lab behind: it takes itself down when it is asked to. */
  @AfterEach
  void endWhatRuns() throws InterruptedException {
    for (Process process : started) {
      process.destroy();
      if (!process.waitFor(60, TimeUnit.SECONDS)) {
        process.destroyForcibly();
      }
    }
  }

  @Test
  void theDemoRekeysSwapsAndCrashesAndNothingIsInClear() throws Exception {
    Run demo =
        run(
            "io.keyway.it.demo.Demo",
            "--archive",
            Archive.file().toString(),
            "--plane",
            "vrouter",
            "--payload",
            PAYLOAD,
            "--capture",
            directory.toString());
    assertThat(demo.process().waitFor(5, TimeUnit.MINUTES)).isTrue();
    assumeItCanRun(demo);

    assertThat(demo.process().exitValue()).as(demo.output()).isZero();
    assertThat(demo.output())
        .contains("PUT /rests/data/keyway-ipsec:ipsec: HTTP 201")
        .contains("right  ipsec:load: loaded: data-plane 1, ike-policy 1")
        .containsPattern("ESTABLISHED +0x[0-9a-f]{16} -> 0x[0-9a-f]{16}")
        .contains("the IKE SA was rekeyed")
        .contains("keyway-plane-vrouter was replaced")
        .contains("4 of 4 SPIs are the same")
        .containsPattern("noticed after \\d")
        .contains("none of the keys of before is in use")
        .contains("0 in clear")
        .contains("nothing went out in clear");
    Matcher held = Pattern.compile("held: (\\d+) of (\\d+)").matcher(demo.output());
    for (int side = 0; side < 2; side++) {
      assertThat(held.find()).isTrue();
      assertThat(Integer.parseInt(held.group(1))).isPositive();
      assertThat(held.group(1)).isEqualTo(held.group(2));
    }
    byte[] wire = Files.readAllBytes(directory.resolve("wire.pcap"));
    assertThat(wire).hasSizeGreaterThan(100_000);
    assertThat(new String(wire, StandardCharsets.ISO_8859_1)).doesNotContain(PAYLOAD);
    leftNothing(demo);
  }

  @Test
  void theLabStaysUntilItIsEndedAndTakesEverythingDown() throws Exception {
    Run lab = run("io.keyway.it.demo.vrouter.VrouterLab");
    long end = System.nanoTime() + TimeUnit.MINUTES.toNanos(2);
    while (!lab.output().contains("Ctrl-C") && lab.process().isAlive()) {
      assertThat(System.nanoTime()).as(lab.output()).isLessThan(end);
      Thread.sleep(100);
    }
    assumeItCanRun(lab);
    assertThat(lab.output())
        .containsPattern("(?s)answers its host.*answers its host")
        .contains("ipsec:load /")
        .contains("ip netns exec " + prefix(lab));
    assertThat(namespaces(lab)).hasSize(5);
    Matcher agents = Pattern.compile("agent +process (\\d+)").matcher(lab.output());
    List<Long> pids = new ArrayList<>();
    while (agents.find()) {
      pids.add(Long.parseLong(agents.group(1)));
    }
    assertThat(pids).hasSize(2).allMatch(pid -> ProcessHandle.of(pid).isPresent());

    lab.process().destroy();

    assertThat(lab.process().waitFor(30, TimeUnit.SECONDS)).isTrue();
    assertThat(pids).allMatch(pid -> ProcessHandle.of(pid).isEmpty());
    leftNothing(lab);
  }

  @Test
  void theLabSaysWhatItDoesNotUnderstand() throws Exception {
    Run lab = run("io.keyway.it.demo.vrouter.VrouterLab", "--twice");
    assertThat(lab.process().waitFor(1, TimeUnit.MINUTES)).isTrue();
    assertThat(lab.process().exitValue()).isEqualTo(2);
    assertThat(lab.output()).contains("unknown option --twice", "usage: ./keyway vrouter");
  }

  private record Run(Process process, Path log) {
    String output() throws IOException {
      return Files.readString(log);
    }
  }

  private Run run(String main, String... arguments) throws IOException {
    Path module = Archive.ROOT.resolve("it/demo/target");
    List<String> line =
        new ArrayList<>(
            List.of(
                Path.of(System.getProperty("java.home"), "bin/java").toString(),
                "-Xmx512m",
                "-Dkeyway.root=" + Archive.ROOT,
                "-cp",
                module.resolve("classes") + ":" + module.resolve("lib/*"),
                main));
    line.addAll(List.of(arguments));
    Path log = directory.resolve(main + ".log");
    Process process =
        new ProcessBuilder(line)
            .redirectInput(Path.of("/dev/null").toFile())
            .redirectErrorStream(true)
            .redirectOutput(log.toFile())
            .start();
    started.add(process);
    return new Run(process, log);
  }

  private static void assumeItCanRun(Run run) throws IOException {
    boolean cannot = !run.process().isAlive() && run.process().exitValue() == CANNOT;
    assumeTrue(!cannot, "NOT RUN: " + (cannot ? run.output().strip() : ""));
  }

  /** What the names of its namespaces begin with: they carry its process id. */
  private static String prefix(Run run) {
    return "kw" + run.process().pid() + "x";
  }

  private static List<String> namespaces(Run run) {
    return Exec.run("ip", "netns", "list")
        .orFail()
        .lines()
        .filter(name -> name.startsWith(prefix(run)))
        .toList();
  }

  private static void leftNothing(Run run) {
    assertThat(namespaces(run)).isEmpty();
    assertThat(
            ProcessHandle.allProcesses()
                .filter(p -> p.parent().map(ProcessHandle::pid).orElse(0L) == run.process().pid()))
        .isEmpty();
  }
}
