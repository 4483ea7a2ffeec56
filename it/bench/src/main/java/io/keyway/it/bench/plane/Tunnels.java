package io.keyway.it.bench.plane;

import io.keyway.api.crypto.EncryptionAlgorithm;
import io.keyway.api.crypto.IntegrityAlgorithm;
import io.keyway.api.key.SecretBytes;
import io.keyway.api.sa.ChildId;
import io.keyway.api.sa.Direction;
import io.keyway.api.sa.Endpoints;
import io.keyway.api.sa.IpsecMode;
import io.keyway.api.sa.Lifetime;
import io.keyway.api.sa.Owner;
import io.keyway.api.sa.SaId;
import io.keyway.api.sa.SaKeys;
import io.keyway.api.sa.SecurityAssociation;
import io.keyway.api.sa.Spi;
import io.keyway.api.sa.SpiLease;
import io.keyway.api.sp.Policy;
import io.keyway.api.sp.PolicyAction;
import io.keyway.api.ts.SelectorPair;
import io.keyway.api.ts.TrafficSelector;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.security.SecureRandom;
import java.util.List;

/** Tunnel number so-and-so: its peers, its traffic and what it asks of the databases. */
final class Tunnels {

  static final String PLANE = "bench";
  static final int UDP = 17;

  /**
   * Rows that a tunnel takes, and row updates once it is held: rx classification, termination, SPD,
   * two of tx, encapsulation, tunnel.
   */
  static final int ROWS = 7;

  private static final SecureRandom RANDOM = new SecureRandom();

  private Tunnels() {}

  static InetAddress gateway() {
    return address(192, 0, 2, 1);
  }

  static InetAddress peer(int number) {
    return address(198, 18, number >> 8, number & 0xFF);
  }

  static InetAddress host(int number) {
    return address(10, 2, number >> 8, number & 0xFF);
  }

  private static InetAddress address(int a, int b, int c, int d) {
    try {
      return InetAddress.getByAddress(new byte[] {(byte) a, (byte) b, (byte) c, (byte) d});
    } catch (UnknownHostException e) {
      throw new IllegalStateException(e);
    }
  }

  static SelectorPair traffic(int number) {
    return new SelectorPair(
        TrafficSelector.host(address(10, 1, 0, 1), UDP), TrafficSelector.host(host(number), UDP));
  }

  static ChildId holder(int number) {
    return new ChildId(new Owner("tunnels", "bench"), "hold-" + number, "t" + number);
  }

  static ChildId child(int round, int number) {
    return new ChildId(new Owner("engine", "bench"), round + "-" + number, "t" + number);
  }

  static Policy hold(int number) {
    return new Policy(
        holder(number),
        PLANE,
        Direction.OUTBOUND,
        traffic(number),
        Policy.Priorities.HOLD,
        new PolicyAction.Hold());
  }

  static Policy protect(int round, int number, SpiLease lease) {
    return new Policy(
        child(round, number),
        PLANE,
        Direction.OUTBOUND,
        traffic(number),
        Policy.Priorities.PROTECT,
        new PolicyAction.Protect(
            id(number, lease, Direction.OUTBOUND),
            IpsecMode.TUNNEL,
            Endpoints.of(gateway(), peer(number))));
  }

  static SaId id(int number, SpiLease lease, Direction direction) {
    return direction == Direction.INBOUND
        ? new SaId(PLANE, direction, lease.spi(), gateway(), lease.index())
        : new SaId(
            PLANE, direction, new Spi(0xC000_0000L | lease.index()), peer(number), lease.index());
  }

  static SecurityAssociation sa(int round, int number, SpiLease lease, Direction direction) {
    return new SecurityAssociation(
        id(number, lease, direction),
        child(round, number),
        lease,
        EncryptionAlgorithm.AES_GCM_16_256,
        IntegrityAlgorithm.NONE,
        true,
        64,
        IpsecMode.TUNNEL,
        Endpoints.of(gateway(), peer(number)),
        List.of(traffic(number)),
        Lifetime.UNLIMITED);
  }

  /** Fresh ones: the databases install no outbound key twice. */
  static SaKeys keys() {
    byte[] key = new byte[36];
    RANDOM.nextBytes(key);
    return new SaKeys(SecretBytes.wrap(key), SecretBytes.empty());
  }
}
