package io.keyway.ike.engine.sa;

import io.keyway.ike.message.IkeMessage;
import io.keyway.ike.message.Payload;
import java.util.List;

/**
 * Asks the peer whether it can be reached over another path than the one in use (RFC 4555 section
 * 3.10). Repeated over the one in use, so that nothing else waits for long.
 */
final class PathTestTask implements Task {
  private final Path path;

  PathTestTask(Path path) {
    this.path = path;
  }

  Path path() {
    return path;
  }

  @Override
  public void build(IkeSa sa, List<Payload> request) {
    sa.ctx().counters().count("mobike-path-tests");
  }

  @Override
  public Step process(IkeSa sa, IkeMessage response) {
    return Step.DONE;
  }
}
