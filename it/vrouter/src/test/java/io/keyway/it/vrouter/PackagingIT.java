package io.keyway.it.vrouter;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.keyway.it.kit.lab.Exec;
import io.keyway.it.kit.lab.NetNs;
import io.keyway.it.kit.vrouter.AgentProgram;
import io.keyway.it.kit.vrouter.RouterLab;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFileAttributes;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What operators install: whether it fits together, and whether the unit allows what it needs. */
class PackagingIT {

  private static final Path PACKAGING = AgentProgram.SOURCES.resolve("packaging");
  private static final Path UNIT = PACKAGING.resolve("keyway-vrouter-agent.service");
  private static final Pattern PACKAGE = Pattern.compile("^ +'([^=]+)=([^']+)' \\\\$");

  @TempDir Path directory;

  @ParameterizedTest
  @ValueSource(strings = {"/usr", "/opt/keyway"})
  void everyPathThatTheUnitNamesIsInstalled(String prefix) throws IOException {
    Path unit = install(prefix);
    List<String> named = new ArrayList<>();
    Matcher path =
        Pattern.compile("(?m)^(?:Exec\\w+=|Documentation=file:)(/\\S+)")
            .matcher(Files.readString(unit));
    while (path.find()) {
      named.add(path.group(1));
    }
    assertThat(named).hasSize(3).allMatch(p -> p.startsWith(prefix + "/"));
    assertThat(named).allSatisfy(p -> assertThat(directory.resolve(p.substring(1))).exists());
    assertThat(directory.resolve("etc/keyway")).isDirectory();
  }

  @Test
  void systemdTakesTheUnit() throws IOException {
    assumeTrue(
        Files.isExecutable(Path.of("/usr/bin/systemd-analyze")),
        "NOT RUN: systemd-analyze is missing; apt-get install systemd");
    Path unit = install("/usr");
    // It looks whether programs are there and may be run, so it is told where they lie.
    Path here = directory.resolve("keyway-vrouter-agent.service");
    Files.writeString(
        here, Files.readString(unit).replace("=/usr/", "=" + directory.resolve("usr") + "/"));
    Exec.Result verified = Exec.run("systemd-analyze", "verify", "--man=no", here.toString());
    assertThat(verified.output()).isEmpty();
    assertThat(verified.ok()).isTrue();
    Matcher exposure =
        Pattern.compile("Overall exposure level.*: ([0-9.]+)")
            .matcher(
                Exec.run("systemd-analyze", "security", "--offline=true", here.toString())
                    .output());
    assertThat(exposure.find()).isTrue();
    assertThat(Double.parseDouble(exposure.group(1))).isLessThan(3.5);
  }

  /** Installs a stand-in for the program; the unit is what this is about. */
  private Path install(String prefix) {
    Exec.run(
            Exec.DEADLINE,
            Map.of("KEYWAY_VROUTER_AGENT", "/bin/true"),
            List.of(
                PACKAGING.resolve("install.sh").toString(),
                "--prefix",
                prefix,
                "--destdir",
                directory.toString()))
        .orFail();
    return directory.resolve(
        (prefix.equals("/usr") ? "usr/lib" : "etc")
            + "/systemd/system/keyway-vrouter-agent.service");
  }

  @Test
  void installingRefusesWhatItDoesNotUnderstand() {
    String script = PACKAGING.resolve("install.sh").toString();
    assertThat(Exec.run(script, "--prefix").status()).isEqualTo(2);
    assertThat(Exec.run(script, "--prefix", "usr").err()).contains("an absolute path");
    assertThat(Exec.run(script, "--root", "/").err()).contains("not \"--root\"");
  }

  @Test
  void theStartWaitsForHugePagesAndSaysHowManyAreMissing() throws Exception {
    Path meminfo = directory.resolve("meminfo");
    Path configuration = directory.resolve("vrouter.conf");
    Files.writeString(configuration, "eal --in-memory -l 0-1   # cores\neal -m 1024\n");
    free(meminfo, 511);
    Exec.Result missing = hugepages(meminfo, configuration, "0");
    assertThat(missing.status()).isEqualTo(1);
    assertThat(missing.err()).contains("asks for 1024 MiB", "1022 MiB are free", "vm.nr_hugepages");
    Process waiting = hugepagesProcess(meminfo, configuration, "30").start();
    assertThat(waiting.waitFor(300, TimeUnit.MILLISECONDS)).isFalse();
    free(meminfo, 512);
    assertThat(waiting.waitFor(20, TimeUnit.SECONDS)).isTrue();
    assertThat(waiting.exitValue()).isZero();

    Files.writeString(configuration, "eal --no-huge -m 1024\n");
    free(meminfo, 0);
    assertThat(hugepages(meminfo, configuration, "0").ok()).isTrue();
    assertThat(hugepages(meminfo, PACKAGING.resolve("vrouter.conf"), "0").err())
        .contains("asks for 1024 MiB");
  }

  private static void free(Path meminfo, int pages) throws IOException {
    Files.writeString(
        meminfo, "MemTotal: 99 kB\nHugePages_Free:    " + pages + "\nHugepagesize: 2048 kB\n");
  }

  private static Exec.Result hugepages(Path meminfo, Path configuration, String seconds) {
    return Exec.run(
        Exec.DEADLINE,
        Map.of("PROC_MEMINFO", meminfo.toString()),
        List.of(
            PACKAGING.resolve("wait-for-hugepages").toString(), configuration.toString(), seconds));
  }

  private static ProcessBuilder hugepagesProcess(Path meminfo, Path configuration, String seconds) {
    ProcessBuilder builder =
        new ProcessBuilder(
            PACKAGING.resolve("wait-for-hugepages").toString(), configuration.toString(), seconds);
    builder.environment().put("PROC_MEMINFO", meminfo.toString());
    return builder;
  }

  @Test
  void theContainerCopiesWhatIsThereAndPinsEveryPackage() throws IOException {
    List<String> lines = Files.readAllLines(PACKAGING.resolve("Containerfile"));
    List<String> copies = lines.stream().filter(l -> l.startsWith("COPY ")).toList();
    assertThat(copies).hasSize(4);
    for (String copy : copies) {
      String source = copy.split(" ")[1];
      if (!source.startsWith("--from=")) {
        assertThat(AgentProgram.ROOT.resolve(source)).exists();
      }
    }
    assertThat(lines.stream().filter(l -> l.startsWith("FROM ")))
        .containsExactly("FROM ${BASE} AS build", "FROM ${BASE}");
    // Everything between "install" and the next command is a package with a version.
    boolean list = false;
    int count = 0;
    for (String line : lines) {
      if (list && line.startsWith("      ")) {
        assertThat(line.endsWith("\\") ? line : line + " \\").matches(PACKAGE);
        count++;
      }
      list = line.endsWith("install \\") || (list && line.startsWith("      "));
    }
    assertThat(count).isGreaterThan(30);
    // What builds it there is what builds it here.
    String asked = Files.readString(AgentProgram.SOURCES.resolve("build.sh"));
    Matcher packages = Pattern.compile("(?m)^packages=\"(.*)\"$").matcher(asked);
    assertThat(packages.find()).isTrue();
    assertThat(stage(lines, 0).keySet()).containsExactlyInAnyOrder(packages.group(1).split(" "));
  }

  private static Map<String, String> stage(List<String> lines, int number) {
    Map<String, String> packages = new java.util.TreeMap<>();
    int stage = -1;
    for (String line : lines) {
      stage += line.startsWith("FROM ") ? 1 : 0;
      Matcher found = PACKAGE.matcher(line.endsWith("\\") ? line : line + " \\");
      if (stage == number && found.matches()) {
        packages.put(found.group(1), found.group(2));
      }
    }
    return packages;
  }

  @Test
  @ExtendWith(NotRun.class)
  void theContainerHasWhatTheProgramIsLinkedTo() throws IOException {
    assumeTrue(Files.isExecutable(Path.of("/usr/bin/dpkg-query")), "NOT RUN: this is not Debian");
    Set<String> needed = new TreeSet<>();
    for (String line : Exec.run("ldd", AgentProgram.file().toString()).orFail().split("\n")) {
      String[] words = line.trim().split(" ");
      if (words.length > 2 && words[2].startsWith("/")) {
        String found =
            Exec.run("dpkg-query", "-S", Path.of(words[2]).toRealPath().toString()).out();
        if (found.contains(":")) {
          needed.add(found.substring(0, found.indexOf(':')));
        }
      }
    }
    assertThat(needed).contains("libgrpc++1.51", "librte-ipsec23");
    Set<String> brought = new TreeSet<>();
    List<String> lines = Files.readAllLines(PACKAGING.resolve("Containerfile"));
    List<String> query =
        new ArrayList<>(
            List.of(
                "apt-cache",
                "depends",
                "--recurse",
                "--no-recommends",
                "--no-suggests",
                "--no-conflicts",
                "--no-breaks",
                "--no-replaces",
                "--no-enhances"));
    query.addAll(stage(lines, 1).keySet());
    Exec.run(Exec.DEADLINE, Map.of(), query)
        .orFail()
        .lines()
        .filter(l -> !l.startsWith(" "))
        .forEach(brought::add);
    assertThat(brought).containsAll(needed);
    String version = Exec.run(AgentProgram.file().toString(), "--version").orFail();
    assertThat(version).contains("DPDK 22.11");
  }

  @Test
  @ExtendWith(NotRun.class)
  void theProgramReadsTheExampleAndNamesItsOptions() {
    String program = AgentProgram.file().toString();
    assertThat(Exec.run(program, "--check", PACKAGING.resolve("vrouter.conf").toString()).orFail())
        .contains("every line can be read");
    Exec.Result wrong = Exec.run(program, "--check", UNIT.toString());
    assertThat(wrong.status()).isEqualTo(1);
    assertThat(wrong.err()).contains("line ");
    Exec.Result usage = Exec.run(program, "--nonsense");
    assertThat(usage.status()).isEqualTo(2);
    assertThat(usage.err()).contains("--check CONFIGURATION", "--version");
  }

  /** As the unit runs it: no root, its four capabilities, a socket for a group. */
  @Test
  @ExtendWith(NotRun.class)
  void theCapabilitiesOfTheUnitSuffice() throws Exception {
    Matcher unit =
        Pattern.compile("(?m)^AmbientCapabilities=(.*)$").matcher(Files.readString(UNIT));
    assertThat(unit.find()).isTrue();
    String capabilities = unit.group(1).toLowerCase(java.util.Locale.ROOT).replace("cap_", "+");
    String set = "-all," + capabilities.replace(' ', ',');
    try (RouterLab lab = RouterLab.open()) {
      NetNs ns = lab.left().gateway();
      Path home = lab.directory().resolve("run");
      Files.createDirectories(home);
      Files.setPosixFilePermissions(lab.directory(), PosixFilePermissions.fromString("rwxr-x--x"));
      Path socket = home.resolve("agent.sock");
      Path file = home.resolve("agent.conf");
      Files.writeString(
          file,
          lab.configuration(lab.left())
              .render()
              .replaceAll("(?m)^listen .*$", "listen unix " + socket + " mode 0660 group daemon"));
      // Of a cache that only root may enter, perhaps.
      Path program = home.resolve("keyway-vrouter-agent");
      Files.copy(AgentProgram.file(), program);
      Files.setPosixFilePermissions(program, PosixFilePermissions.fromString("rwxr-xr-x"));
      Exec.run("chown", "-R", "nobody", home.toString()).orFail();
      List<String> line =
          List.of(
              "setpriv",
              "--reuid=nobody",
              "--regid=nogroup",
              "--groups=daemon",
              "--bounding-set=" + set,
              "--inh-caps=" + set,
              "--ambient-caps=" + set,
              "--no-new-privs",
              "prlimit",
              "--core=0",
              program.toString(),
              file.toString());
      Path log = home.resolve("log");
      ProcessBuilder builder =
          new ProcessBuilder(ns.inside(line))
              .redirectErrorStream(true)
              .redirectOutput(log.toFile());
      builder.environment().put("XDG_RUNTIME_DIR", home.toString());
      Process agent = builder.start();
      try {
        long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(60);
        while (!Files.readString(log).contains("ready") && agent.isAlive()) {
          assertThat(System.nanoTime()).as(Files.readString(log)).isLessThan(end);
          Thread.sleep(50);
        }
        assertThat(agent.isAlive()).as(Files.readString(log)).isTrue();
        PosixFileAttributes attributes = Files.readAttributes(socket, PosixFileAttributes.class);
        assertThat(PosixFilePermissions.toString(attributes.permissions())).isEqualTo("rw-rw----");
        assertThat(attributes.group().getName()).isEqualTo("daemon");
        assertThat(attributes.owner().getName()).isEqualTo("nobody");
        assertThat(
                lab.left()
                    .host()
                    .run("ping", "-c", "1", "-W", "5", lab.left().gatewayAddress())
                    .ok())
            .isTrue();
      } finally {
        agent.destroy();
        assertThat(agent.waitFor(20, TimeUnit.SECONDS)).isTrue();
      }
      assertThat(agent.exitValue()).isZero();
    }
  }
}
