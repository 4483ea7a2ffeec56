package io.keyway.it.bench.vrouter;

import io.keyway.protocol.vrouter.v1.Change;
import io.keyway.protocol.vrouter.v1.Direction;
import io.keyway.protocol.vrouter.v1.SaId;
import io.keyway.protocol.vrouter.v1.Selector;
import io.keyway.protocol.vrouter.v1.SelectorPair;
import java.nio.ByteBuffer;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.List;

/**
 * Tunnel number so-and-so as messages: an SA each way and a policy each way, to a site of its own.
 */
final class Tunnels {

  private static final byte[] ROUTER = {(byte) 192, 0, 2, 1};
  private static final Selector NEAR =
      AgentClient.addresses(new byte[] {10, 1, 0, 0}, new byte[] {10, 1, 0, (byte) 255});
  private static final int INBOUND_SPIS = 0x1000_0000;
  private static final int OUTBOUND_SPIS = 0x2000_0000;
  private static final int WINDOW = 64;
  private static final SecureRandom RANDOM = new SecureRandom();

  private Tunnels() {}

  /** In 11.0.0.0/8. */
  private static SelectorPair traffic(int number) {
    byte[] site = ByteBuffer.allocate(4).putInt(0x0B00_0000 + number).array();
    return AgentClient.traffic(NEAR, AgentClient.addresses(site, site));
  }

  /** In 100.64.0.0/10. */
  private static byte[] peer(int number) {
    return ByteBuffer.allocate(4).putInt(0x6440_0000 + number).array();
  }

  private static SaId inbound(int number) {
    return AgentClient.id(false, INBOUND_SPIS + number, ROUTER);
  }

  private static SaId outbound(int number) {
    return AgentClient.id(true, OUTBOUND_SPIS + number, peer(number));
  }

  private static Change sa(SaId id, int number, int window) {
    byte[] key = new byte[36];
    RANDOM.nextBytes(key);
    return AgentClient.addSa(id, ROUTER, peer(number), traffic(number), window, key);
  }

  /** Two SAs and two policies for each tunnel, in the order in which they must come. */
  static List<Change> add(int first, int count) {
    List<Change> changes = new ArrayList<>();
    for (int i = first; i < first + count; i++) {
      changes.add(sa(inbound(i), i, WINDOW));
      changes.add(AgentClient.addPolicy(inbound(i), traffic(i)));
      changes.addAll(addOne(i));
    }
    return changes;
  }

  static List<Change> remove(int first, int count) {
    List<Change> changes = new ArrayList<>();
    for (int i = first; i < first + count; i++) {
      changes.addAll(removeOne(i));
      changes.add(AgentClient.delPolicy(Direction.INBOUND, traffic(i)));
      changes.add(AgentClient.delSa(inbound(i)));
    }
    return changes;
  }

  /** The outbound half of a tunnel. */
  static List<Change> addOne(int number) {
    return List.of(
        sa(outbound(number), number, 0), AgentClient.addPolicy(outbound(number), traffic(number)));
  }

  static List<Change> removeOne(int number) {
    return List.of(
        AgentClient.delPolicy(Direction.OUTBOUND, traffic(number)),
        AgentClient.delSa(outbound(number)));
  }
}
