package io.keyway.it.bench.vrouter;

import io.keyway.it.bench.Exec;
import io.keyway.it.bench.Places;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * What is measured, built from source.
 *
 * @param agent ours
 * @param loop librte_ipsec and nothing around it
 * @param meter counts what one of them sends
 * @param secgw DPDK's example; absent where it cannot be built
 * @param whyNoSecgw the reason then
 */
record Programs(Path agent, Path loop, Path meter, Optional<Path> secgw, String whyNoSecgw) {

  private static final Duration LIMIT = Duration.ofMinutes(30);

  static Programs build() throws IOException, InterruptedException {
    Path agent = Path.of(last(run("vrouter-agent", "--bench").orFail()));
    Exec.Result secgw = run("ipsec-secgw");
    return new Programs(
        agent,
        agent.resolveSibling("esp-loop"),
        agent.resolveSibling("dpdk-meter"),
        secgw.ok() ? Optional.of(Path.of(last(secgw.output()))) : Optional.empty(),
        secgw.ok() ? "" : last(secgw.output()));
  }

  private static Exec.Result run(String what, String... how)
      throws IOException, InterruptedException {
    List<String> command = new ArrayList<>();
    command.add(Places.root().resolve("native/" + what + "/build.sh").toString());
    command.addAll(List.of(how));
    return Exec.run(LIMIT, command.toArray(String[]::new));
  }

  private static String last(String output) {
    String text = output.strip();
    return text.substring(text.lastIndexOf('\n') + 1);
  }
}
