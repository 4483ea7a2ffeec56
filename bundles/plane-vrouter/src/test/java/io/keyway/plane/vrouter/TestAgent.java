package io.keyway.plane.vrouter;

import io.keyway.protocol.vrouter.v1.Policy;
import io.keyway.protocol.vrouter.v1.PolicyPlace;
import io.keyway.protocol.vrouter.v1.SecurityAssociation;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * An agent of {@link AgentContract}: the one of this process, or the real one. What is looked at
 * here is what the agent has, not what the plane says of it.
 */
public interface TestAgent extends AutoCloseable {

  /** Settings of a plane that lead to it. */
  Map<String, String> leaves();

  List<SecurityAssociation> sas();

  List<Policy> policies();

  Set<Integer> leases();

  boolean complete();

  /** Who leads, as the agent tells. */
  String attached();

  long generation();

  /** Items that a plane puts into one call. */
  int batch();

  /** Another controller takes the lead. */
  void attachedBy(String instance);

  /** Somebody else takes it away. */
  void lose(SecurityAssociation sa);

  /** Somebody else takes it away. */
  void lose(PolicyPlace place);

  /** Somebody else puts it there. */
  void put(Policy policy);

  /** Somebody else puts it there, with some key. */
  void put(SecurityAssociation sa);

  /** Ends as kill -9 does, and comes back with nothing. */
  void restart() throws Exception;

  /** The connection breaks, and no other one can be made; the router goes on. */
  void cut() throws Exception;

  void mend() throws Exception;

  /** It answers nobody. */
  void freeze(boolean yes);

  /** What is asked is done, and the answer does not arrive. */
  void mute(boolean yes);

  @Override
  void close();
}
