package io.keyway.shell.command;

import io.keyway.shell.CommandFailure;
import io.keyway.shell.ShellServices;
import java.util.List;
import java.util.stream.Stream;
import org.apache.karaf.shell.api.action.lifecycle.Reference;
import org.apache.karaf.shell.api.console.CommandLine;
import org.apache.karaf.shell.api.console.Completer;
import org.apache.karaf.shell.api.console.Session;
import org.apache.karaf.shell.support.completers.StringsCompleter;

/** Completes names that a service knows; knows none while the service is away. */
abstract class NameCompleter implements Completer {

  /** Nobody looks through more, and a terminal should not be flooded. */
  private static final int MOST = 200;

  @Reference ShellServices services;

  abstract Stream<String> names();

  @Override
  public int complete(Session session, CommandLine line, List<String> candidates) {
    String typed = line.getCursorArgument() == null ? "" : line.getCursorArgument();
    String start = typed.substring(0, Math.min(line.getArgumentPosition(), typed.length()));
    StringsCompleter strings = new StringsCompleter();
    try {
      names().filter(n -> n.startsWith(start)).limit(MOST).forEach(strings.getStrings()::add);
    } catch (CommandFailure e) {
      return -1;
    }
    return strings.complete(session, line, candidates);
  }
}
