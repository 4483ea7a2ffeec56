package io.keyway.it.container;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;
import static org.junit.jupiter.api.DynamicTest.dynamicTest;

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
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.io.TempDir;

/**
 * The lab with two DPDK routers and the demo on it, as a newcomer starts them: real distributions,
 * real agents, and hosts that send all the time.
 */
class VrouterDemoIT {

  private static final String PAYLOAD = "Jackdaws love my big sphinx of quartz";

  /** Exit status where the machine cannot run it; the reason stands on standard error. */
  private static final int CANNOT = 3;

  /** Of what a demo that failed says, as many characters become the name of a test. */
  private static final int MOST_WORDS = 600;

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

  /** One run, and a test for each thing that it must show. */
  @TestFactory
  List<DynamicTest> theDemoRekeysSwapsAndCrashesAndNothingIsInClear() throws Exception {
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
    // Each of its steps has a limit of its own, and says what was missing; this one would not.
    boolean ended = demo.process().waitFor(15, TimeUnit.MINUTES);
    String output = demo.output();
    return List.of(
        // Named by the demo's own last words: a list of failed tests then says what went wrong.
        dynamicTest(
            "the demo " + lastWords(output),
            () -> {
              assertThat(ended).as(output).isTrue();
              assumeItCanRun(demo);
              assertThat(demo.process().exitValue()).as(output).isZero();
            }),
        shows(
            demo,
            "both controllers are configured",
            "PUT /rests/data/keyway-ipsec:ipsec: HTTP 201",
            "right  ipsec:load: loaded: data-plane 1, ike-policy 1"),
        dynamicTest("both routers hold what is sent too early", () -> holds(demo)),
        dynamicTest("the tunnels come up", () -> comesUp(demo)),
        shows(demo, "the IKE SA is rekeyed under traffic", "the IKE SA was rekeyed"),
        shows(
            demo,
            "bundles are replaced under living SAs",
            "keyway-plane-vrouter was replaced",
            "4 of 4 SPIs are the same"),
        shows(
            demo,
            "a router that was killed gets new keys",
            "noticed after ",
            "none of the keys of before is in use"),
        shows(demo, "nothing is in clear", "0 in clear", "nothing went out in clear"),
        dynamicTest("the wire shows no payload", () -> nothingInClear(demo)),
        dynamicTest(
            "nothing is left of the lab",
            () -> {
              assumeItCanRun(demo);
              leftNothing(demo);
            }));
  }

  private static String lastWords(String output) {
    List<String> lines = output.strip().lines().toList();
    int failed = output.lastIndexOf("The demo failed: ");
    String words = failed >= 0 ? output.substring(failed) : lines.get(lines.size() - 1);
    String line = words.strip().replaceAll("\\s+", " ");
    return "says: " + line.substring(0, Math.min(line.length(), MOST_WORDS));
  }

  private static DynamicTest shows(Run demo, String name, String... texts) {
    return dynamicTest(
        name,
        () -> {
          assumeItCanRun(demo);
          assertThat(demo.output()).contains(texts);
        });
  }

  private static void comesUp(Run demo) throws IOException {
    assumeItCanRun(demo);
    assertThat(demo.output()).containsPattern("ESTABLISHED +0x[0-9a-f]{16} -> 0x[0-9a-f]{16}");
  }

  private static void holds(Run demo) throws IOException {
    assumeItCanRun(demo);
    Matcher held = Pattern.compile("held: (\\d+) of (\\d+)").matcher(demo.output());
    for (int side = 0; side < 2; side++) {
      assertThat(held.find()).as(demo.output()).isTrue();
      assertThat(Integer.parseInt(held.group(1))).isPositive();
      assertThat(held.group(1)).isEqualTo(held.group(2));
    }
  }

  private void nothingInClear(Run demo) throws IOException {
    assumeItCanRun(demo);
    byte[] wire = Files.readAllBytes(directory.resolve("wire.pcap"));
    assertThat(wire).hasSizeGreaterThan(100_000);
    assertThat(new String(wire, StandardCharsets.ISO_8859_1)).doesNotContain(PAYLOAD);
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
