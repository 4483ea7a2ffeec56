package io.keyway.shell.command;

import io.keyway.api.crypto.AlgorithmReport;
import io.keyway.shell.view.CryptoView;
import java.util.List;
import org.apache.karaf.shell.api.action.Command;
import org.apache.karaf.shell.api.action.Option;
import org.apache.karaf.shell.api.action.lifecycle.Service;

/** Lists algorithms with their providers. */
@Service
@Command(
    scope = "ipsec",
    name = "crypto",
    description =
        "Lists algorithms: the provider of each, its self-test and what it was measured at")
public final class CryptoCommand extends IpsecCommand {

  @Option(name = "--json", description = "print JSON")
  boolean json;

  @Override
  void run() {
    List<AlgorithmReport> algorithms =
        services.engines().stream().flatMap(engine -> engine.algorithms().stream()).toList();
    if (json) {
      console().println(CryptoView.json(algorithms));
    } else {
      print(CryptoView.lines(algorithms));
    }
  }
}
