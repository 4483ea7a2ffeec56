package io.keyway.it.vrouter;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.fail;
import static org.junit.jupiter.api.DynamicTest.dynamicTest;

import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import io.keyway.it.kit.lab.Exec;
import io.keyway.it.kit.lab.NetNs;
import io.keyway.it.kit.vrouter.AgentProgram;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

class AgentIT {

  private static final String PYTHON = "/usr/bin/python3";
  private static final Path SECGW =
      AgentProgram.SOURCES.resolveSibling("ipsec-secgw").resolve("build.sh");
  private static final Duration LIMIT = Duration.ofMinutes(15);

  /** What every run shows; a long one shows the rest, too. */
  private static final List<String> ALWAYS =
      List.of(
          "test_core.Tunnel",
          "test_core.Policies",
          "test_control.Calls",
          "test_metrics.Metrics",
          "test_restart.Restart",
          "test_pairs.Pairs",
          "test_secgw.Secgw",
          "test_secgw.SecgwEsn",
          "test_algorithms.Replay",
          "test_attacks.Inside",
          "test_attacks.Nat",
          "test_attacks.Moves");

  @TestFactory
  List<DynamicTest> unit() {
    Optional<String> obstacle = AgentProgram.obstacle();
    if (obstacle.isPresent()) {
      return notRun(TestNames.unit(), obstacle.get());
    }
    Map<String, String> results = new LinkedHashMap<>();
    for (String line : AgentProgram.unitLines()) {
      if (line.startsWith("ok ")) {
        results.put(line.substring(3), "");
      } else if (line.startsWith("failed ")) {
        int colon = line.indexOf(':');
        results.put(line.substring(7, colon), line.substring(colon + 1).trim());
      }
    }
    return tests(TestNames.unit(), results, String.join("\n", AgentProgram.unitLines()));
  }

  @TestFactory
  List<DynamicTest> packets() {
    Optional<String> obstacle = AgentProgram.obstacle().or(AgentIT::labObstacle);
    if (obstacle.isPresent()) {
      return notRun(TestNames.packets(), obstacle.get());
    }
    List<String> names = new ArrayList<>(TestNames.packets());
    List<String> left = new ArrayList<>();
    List<String> run =
        new ArrayList<>(
            List.of(PYTHON, "-B", AgentProgram.SOURCES.resolve("test/lab/runner.py").toString()));
    if (!Boolean.getBoolean("keyway.long")) {
      left.addAll(names);
      left.removeIf(n -> ALWAYS.stream().anyMatch(a -> n.startsWith(a + ".")));
      names.removeAll(left);
      run.addAll(ALWAYS);
    }
    Map<String, String> programs = new LinkedHashMap<>();
    programs.put("KEYWAY_VROUTER_AGENT", AgentProgram.file().toString());
    List<String> withoutPeer = new ArrayList<>();
    Exec.Result secgw = Exec.run(LIMIT, Map.of(), List.of(SECGW.toString()));
    if (secgw.status() == 0) {
      programs.put("KEYWAY_IPSEC_SECGW", secgw.out().trim());
    } else {
      withoutPeer.addAll(names.stream().filter(n -> n.startsWith("test_secgw.")).toList());
      names.removeAll(withoutPeer);
    }
    Exec.Result lab = Exec.run(LIMIT, programs, run);
    Map<String, String> results = new LinkedHashMap<>();
    for (String line : lab.out().lines().filter(l -> l.startsWith("{")).toList()) {
      JsonObject result = JsonParser.parseString(line).getAsJsonObject();
      boolean ok = result.get("ok").getAsBoolean();
      results.put(
          result.get("test").getAsString(), ok ? "" : "failed: " + result.get("why").getAsString());
    }
    List<DynamicTest> tests = tests(names, results, lab.err() + " (status " + lab.status() + ")");
    tests.addAll(notRun(left, "only with --long"));
    tests.addAll(notRun(withoutPeer, secgw.err().trim()));
    return tests;
  }

  private static Optional<String> labObstacle() {
    if (!Files.isExecutable(Path.of(PYTHON))) {
      return Optional.of(
          PYTHON
              + " is missing; apt-get install python3-scapy python3-grpcio python3-prometheus-client");
    }
    Exec.Result modules =
        Exec.run(
            Duration.ofSeconds(60),
            Map.of(),
            List.of(
                PYTHON,
                "-c",
                "import grpc, google.protobuf, scapy, cryptography, prometheus_client"));
    if (modules.status() != 0) {
      return Optional.of(
          "apt-get install python3-scapy python3-grpcio python3-prometheus-client: "
              + modules.err().trim());
    }
    return NetNs.obstacle();
  }

  private static List<DynamicTest> notRun(List<String> names, String why) {
    return names.stream()
        .map(n -> dynamicTest(n, () -> Assumptions.assumeTrue(false, "NOT RUN: " + why)))
        .toList();
  }

  /** A test for each name that the sources have, and for whatever else went wrong. */
  private static List<DynamicTest> tests(
      List<String> names, Map<String, String> results, String rest) {
    assertThat(names).isNotEmpty();
    List<DynamicTest> tests = new ArrayList<>();
    for (String name : names) {
      String why = results.remove(name);
      tests.add(
          dynamicTest(
              name,
              () -> {
                if (why == null) {
                  fail("it did not run: " + rest);
                }
                assertThat(why).isEmpty();
              }));
    }
    results.forEach((name, why) -> tests.add(dynamicTest(name, () -> assertThat(why).isEmpty())));
    return tests;
  }
}
