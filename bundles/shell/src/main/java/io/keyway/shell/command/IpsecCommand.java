package io.keyway.shell.command;

import io.keyway.shell.CommandFailure;
import io.keyway.shell.ShellServices;
import java.io.PrintStream;
import java.time.Clock;
import java.util.List;
import org.apache.karaf.shell.api.action.Action;
import org.apache.karaf.shell.api.action.lifecycle.Reference;
import org.apache.karaf.shell.api.console.Session;

/** What every command needs: the services, and where to print. */
abstract class IpsecCommand implements Action {

  @Reference ShellServices services;
  @Reference Session session;
  Clock clock = Clock.systemUTC();

  PrintStream console() {
    return session.getConsole();
  }

  void print(List<String> lines) {
    lines.forEach(console()::println);
  }

  /** Commands print; a returned value would only be shown in an interactive session. */
  @Override
  public final Object execute() {
    run();
    return null;
  }

  /** Does the work; a {@link CommandFailure} is what the operator gets to read. */
  abstract void run();
}
