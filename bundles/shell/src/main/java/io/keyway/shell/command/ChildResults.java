package io.keyway.shell.command;

import io.keyway.api.ike.ChildResult;
import io.keyway.api.ike.ChildSaStatus;
import io.keyway.shell.CommandFailure;
import java.util.ArrayList;
import java.util.List;

/** The answer to initiate, terminate and rekey, in words. */
final class ChildResults {

  private ChildResults() {}

  /**
   * Lines for a success.
   *
   * @throws CommandFailure with the reason when it was none
   */
  static List<String> lines(String what, ChildResult result) {
    if (!result.outcome().gone()) {
      throw new CommandFailure(
          what + " failed: " + result.outcome().kind() + ": " + result.outcome().reason());
    }
    List<String> lines = new ArrayList<>();
    String note = result.outcome().reason().isEmpty() ? "" : " (" + result.outcome().reason() + ")";
    lines.add(what + ": " + result.outcome().kind() + note);
    for (ChildSaStatus child : result.children()) {
      lines.add(
          String.format(
              "  %s: #%s, %s, ESP:%s, in %s, out %08x",
              child.name(),
              child.uid(),
              child.state(),
              child.proposal(),
              child.spiIn().map(l -> String.format("%08x", l.spi().value())).orElse("-"),
              child.spiOut()));
    }
    return lines;
  }
}
