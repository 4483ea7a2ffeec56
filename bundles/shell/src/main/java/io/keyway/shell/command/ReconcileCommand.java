package io.keyway.shell.command;

import io.keyway.api.Outcome;
import io.keyway.api.plane.DataPlane;
import io.keyway.shell.CommandFailure;
import io.keyway.shell.Stages;
import java.time.Duration;
import java.util.List;
import org.apache.karaf.shell.api.action.Argument;
import org.apache.karaf.shell.api.action.Command;
import org.apache.karaf.shell.api.action.Completion;
import org.apache.karaf.shell.api.action.Option;
import org.apache.karaf.shell.api.action.lifecycle.Service;
import org.apache.karaf.shell.support.completers.StringsCompleter;

/** Compares a data plane with what was written, and mends it. */
@Service
@Command(
    scope = "ipsec",
    name = "reconcile",
    description = "Compares a data plane with what should be on it, and mends it")
public final class ReconcileCommand extends IpsecCommand {

  private static final List<String> MODES = List.of("check", "repair", "purge");

  @Argument(name = "plane", description = "the data plane", required = true)
  @Completion(PlaneCompleter.class)
  String plane;

  @Option(
      name = "--mode",
      description =
          "check: only look; repair: write what is missing, remove what is stale; purge: also"
              + " remove rows that nobody knows")
  @Completion(
      value = StringsCompleter.class,
      values = {"check", "repair", "purge"})
  String mode = "repair";

  @Option(name = "--timeout", description = "seconds to wait")
  int timeout = 60;

  @Override
  void run() {
    if (!MODES.contains(mode)) {
      throw new CommandFailure(
          "'" + mode + "' is not a mode; modes are " + String.join(", ", MODES));
    }
    DataPlane found =
        services.planes().stream()
            .filter(p -> p.name().equals(plane))
            .findFirst()
            .orElseThrow(
                () ->
                    new CommandFailure(
                        "there is no data plane '"
                            + plane
                            + "'; known: "
                            + services.planes().stream().map(DataPlane::name).toList()));
    Duration limit = Duration.ofSeconds(timeout);
    String what = "reconcile '" + plane + "'";
    Outcome outcome = Stages.await(found.reconcile(mode, limit), limit, what);
    if (!outcome.done()) {
      throw new CommandFailure(what + " failed: " + outcome.kind() + ": " + outcome.reason());
    }
    String note = outcome.reason().isEmpty() ? "" : " (" + outcome.reason() + ")";
    console().println(what + ": " + outcome.kind() + note);
  }
}
