package io.keyway.shell.command;

import io.keyway.api.Outcome;
import io.keyway.api.ike.IkeEngine;
import io.keyway.shell.CommandFailure;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Optional;
import org.apache.karaf.shell.api.action.Argument;
import org.apache.karaf.shell.api.action.Command;
import org.apache.karaf.shell.api.action.Completion;
import org.apache.karaf.shell.api.action.Option;
import org.apache.karaf.shell.api.action.lifecycle.Service;

/** Turns the trace of decrypted messages on and off. */
@Service
@Command(
    scope = "ipsec",
    name = "trace",
    description =
        "Logs decrypted IKE messages, without keys, for some minutes; alone, shows what is traced")
public final class TraceCommand extends IpsecCommand {

  /** A trace that somebody forgets must not fill a disk. */
  private static final int MOST_MINUTES = 24 * 60;

  @Argument(name = "connection", description = "the connection (the name of its gateway)")
  @Completion(ConnectionCompleter.class)
  String connection;

  @Option(name = "--all", description = "every connection")
  boolean all;

  @Option(name = "--minutes", description = "how long; 10 unless told")
  int minutes = 10;

  @Option(name = "--off", description = "turn it off")
  boolean off;

  @Override
  void run() {
    if (connection != null && all) {
      throw new CommandFailure("name a connection or --all, not both");
    }
    if (minutes < 1 || minutes > MOST_MINUTES) {
      throw new CommandFailure("--minutes takes 1 to " + MOST_MINUTES);
    }
    if (connection != null || all || off) {
      change(off ? Duration.ZERO : Duration.ofMinutes(minutes));
    }
    show();
  }

  /** Every engine that knows the connection does it; that one of them does is enough. */
  private void change(Duration duration) {
    List<Outcome> outcomes =
        services.engines().stream()
            .map(engine -> engine.trace(Optional.ofNullable(connection), duration))
            .toList();
    if (outcomes.stream().noneMatch(Outcome::done)) {
      throw new CommandFailure(outcomes.get(0).kind() + ": " + outcomes.get(0).reason());
    }
  }

  private void show() {
    boolean any = false;
    for (IkeEngine engine : services.engines()) {
      for (var traced : engine.traces().entrySet()) {
        any = true;
        console()
            .println(
                engine.name()
                    + ": "
                    + (traced.getKey().equals("*") ? "all connections" : traced.getKey())
                    + " traced "
                    + end(traced.getValue()));
      }
    }
    if (!any) {
      console().println("no messages are traced");
    }
  }

  private static String end(Instant until) {
    return until.equals(Instant.MAX)
        ? "until turned off"
        : "until " + until.truncatedTo(ChronoUnit.SECONDS);
  }
}
