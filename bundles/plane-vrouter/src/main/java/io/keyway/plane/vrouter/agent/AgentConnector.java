package io.keyway.plane.vrouter.agent;

import java.util.List;

/** Makes connections to one agent. */
public interface AgentConnector {

  /**
   * Prepares a connection; it is made by the first call.
   *
   * @throws AgentException when it cannot even be tried, as without TLS files
   */
  Agent open() throws AgentException;

  /** What will keep the next connection from being made, such as a certificate near its end. */
  List<String> warnings();
}
