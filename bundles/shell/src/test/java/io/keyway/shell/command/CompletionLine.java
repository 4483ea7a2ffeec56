package io.keyway.shell.command;

import java.util.ArrayList;
import java.util.List;
import org.apache.karaf.shell.api.console.CommandLine;
import org.apache.karaf.shell.api.console.Completer;

/** What a completer offers for one half-typed word. */
final class CompletionLine {

  private CompletionLine() {}

  static List<String> complete(Completer completer, String typed) {
    List<String> candidates = new ArrayList<>();
    completer.complete(null, line(typed), candidates);
    return candidates;
  }

  private static CommandLine line(String typed) {
    return new CommandLine() {
      @Override
      public int getCursorArgumentIndex() {
        return 0;
      }

      @Override
      public String getCursorArgument() {
        return typed;
      }

      @Override
      public int getArgumentPosition() {
        return typed.length();
      }

      @Override
      public String[] getArguments() {
        return new String[] {typed};
      }

      @Override
      public int getBufferPosition() {
        return typed.length();
      }

      @Override
      public String getBuffer() {
        return typed;
      }
    };
  }
}
