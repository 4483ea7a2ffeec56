package io.keyway.plane.vrouter;

import com.google.protobuf.ByteString;
import io.keyway.protocol.vrouter.v1.AlgorithmSuite;
import io.keyway.protocol.vrouter.v1.Capabilities;
import io.keyway.protocol.vrouter.v1.Direction;
import io.keyway.protocol.vrouter.v1.Policy;
import io.keyway.protocol.vrouter.v1.PolicyPlace;
import io.keyway.protocol.vrouter.v1.Result;
import io.keyway.protocol.vrouter.v1.ResultCode;
import io.keyway.protocol.vrouter.v1.SaId;
import java.util.HexFormat;

/** What an agent of the tests says, in the words of the contract. */
public final class Samples {

  private Samples() {}

  /** Everything that the contract has. */
  public static Capabilities capabilities() {
    Capabilities.Builder all =
        Capabilities.newBuilder()
            .setTunnelMode(true)
            .setTransportMode(true)
            .setEsn(true)
            .setMaxReplayWindow(4096)
            .setUdpEncapsulation(true)
            .setIpv6Outer(true)
            .setIpv6Inner(true)
            .setHold(true)
            .setTrap(true)
            .setMoveSa(true)
            .setMoveBetweenFamilies(true)
            .setByteLimits(true)
            .setPacketLimits(true)
            .setTimeLimits(true)
            .setSasMax(1000)
            .setPoliciesMax(1000)
            .setMaxBatch(64)
            .setCryptoDevice("fake");
    for (int[] suite :
        new int[][] {
          {20, 0, 20, 0},
          {20, 0, 36, 0},
          {28, 0, 36, 0},
          {12, 12, 16, 32},
          {12, 13, 32, 48},
          {12, 14, 32, 64},
          {21, 0, 20, 0},
          {11, 12, 0, 32}
        }) {
      all.addAlgorithms(
          AlgorithmSuite.newBuilder()
              .setEncryption(suite[0])
              .setIntegrity(suite[1])
              .setEncryptionKeyOctets(suite[2])
              .setIntegrityKeyOctets(suite[3])
              .setEsn(true));
    }
    return all.build();
  }

  /** Octets of an address. */
  public static ByteString octets(String address) {
    try {
      return ByteString.copyFrom(java.net.InetAddress.getByName(address).getAddress());
    } catch (java.net.UnknownHostException e) {
      throw new IllegalArgumentException(address, e);
    }
  }

  static String key(SaId id) {
    return id.getDirection() == Direction.INBOUND
        ? "in " + id.getSpi()
        : "out " + id.getSpi() + HexFormat.of().formatHex(id.getDestination().toByteArray());
  }

  public static PolicyPlace place(Policy policy) {
    return PolicyPlace.newBuilder()
        .setDirectionValue(policy.getDirectionValue())
        .setSelectors(policy.getSelectors())
        .build();
  }

  static Result result(ResultCode code, String reason) {
    return Result.newBuilder().setCode(code).setReason(reason).build();
  }
}
