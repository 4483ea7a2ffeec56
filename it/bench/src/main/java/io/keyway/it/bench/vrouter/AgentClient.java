package io.keyway.it.bench.vrouter;

import com.google.protobuf.ByteString;
import io.grpc.Grpc;
import io.grpc.InsecureChannelCredentials;
import io.grpc.ManagedChannel;
import io.keyway.protocol.vrouter.v1.AddPolicy;
import io.keyway.protocol.vrouter.v1.AddSa;
import io.keyway.protocol.vrouter.v1.ApplyRequest;
import io.keyway.protocol.vrouter.v1.Change;
import io.keyway.protocol.vrouter.v1.DelPolicy;
import io.keyway.protocol.vrouter.v1.DelSa;
import io.keyway.protocol.vrouter.v1.Direction;
import io.keyway.protocol.vrouter.v1.Endpoints;
import io.keyway.protocol.vrouter.v1.Mode;
import io.keyway.protocol.vrouter.v1.Policy;
import io.keyway.protocol.vrouter.v1.PolicyAction;
import io.keyway.protocol.vrouter.v1.PolicyPlace;
import io.keyway.protocol.vrouter.v1.Result;
import io.keyway.protocol.vrouter.v1.ResultCode;
import io.keyway.protocol.vrouter.v1.SaId;
import io.keyway.protocol.vrouter.v1.SaKeys;
import io.keyway.protocol.vrouter.v1.SecurityAssociation;
import io.keyway.protocol.vrouter.v1.Selector;
import io.keyway.protocol.vrouter.v1.SelectorPair;
import io.keyway.protocol.vrouter.v1.SnapshotPart;
import io.keyway.protocol.vrouter.v1.SnapshotRequest;
import io.keyway.protocol.vrouter.v1.VRouterGrpc;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Iterator;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** Speaks to an agent over its UNIX socket, and makes the messages of the benchmarks. */
final class AgentClient implements AutoCloseable {

  private static final int AES_GCM = 20;
  private static final int ANY_PORT = 65535;
  private static final int LIMIT_SECONDS = 60;
  private static final int MOST_OCTETS = 16 << 20;

  private final ManagedChannel channel;

  AgentClient(Path socket) {
    channel =
        Grpc.newChannelBuilder("unix:" + socket, InsecureChannelCredentials.create())
            .overrideAuthority("localhost")
            .maxInboundMessageSize(MOST_OCTETS)
            .build();
  }

  private VRouterGrpc.VRouterBlockingStub stub() {
    return VRouterGrpc.newBlockingStub(channel).withDeadlineAfter(LIMIT_SECONDS, TimeUnit.SECONDS);
  }

  /** Every change must be done. */
  void apply(List<Change> changes) throws IOException {
    apply(ApplyRequest.newBuilder().addAllChanges(changes).build());
  }

  void apply(ApplyRequest request) throws IOException {
    for (Result result : stub().apply(request).getResultsList()) {
      if (result.getCode() != ResultCode.OK) {
        throw new IOException("the agent: " + result.getCode() + " " + result.getReason());
      }
    }
  }

  /** How many SAs and policies a snapshot lists. */
  int[] snapshot() {
    Iterator<SnapshotPart> parts = stub().snapshot(SnapshotRequest.getDefaultInstance());
    int[] counts = new int[2];
    while (parts.hasNext()) {
      SnapshotPart part = parts.next();
      counts[0] += part.getSasCount();
      counts[1] += part.getPoliciesCount();
    }
    return counts;
  }

  @Override
  public void close() {
    channel.shutdownNow();
  }

  // ---------------------------------------------------------------- messages

  static SaId id(boolean outbound, int spi, byte[] destination) {
    return SaId.newBuilder()
        .setDirection(outbound ? Direction.OUTBOUND : Direction.INBOUND)
        .setSpi(spi)
        .setDestination(ByteString.copyFrom(destination))
        .build();
  }

  /** AES-GCM-256 in tunnel mode. */
  static Change addSa(
      SaId id, byte[] local, byte[] remote, SelectorPair traffic, int window, byte[] key) {
    return Change.newBuilder()
        .setAddSa(
            AddSa.newBuilder()
                .setSa(
                    SecurityAssociation.newBuilder()
                        .setId(id)
                        .setMode(Mode.TUNNEL)
                        .setEndpoints(
                            Endpoints.newBuilder()
                                .setLocal(ByteString.copyFrom(local))
                                .setRemote(ByteString.copyFrom(remote)))
                        .setEncryption(AES_GCM)
                        .setReplayWindow(window)
                        .addSelectors(traffic)
                        .setOwner("bench"))
                .setKeys(SaKeys.newBuilder().setEncryptionKey(ByteString.copyFrom(key))))
        .build();
  }

  static Change delSa(SaId id) {
    return Change.newBuilder().setDelSa(DelSa.newBuilder().setId(id)).build();
  }

  /** Protect, by this SA where it is outbound. */
  static Change addPolicy(SaId sa, SelectorPair traffic) {
    Policy.Builder policy =
        Policy.newBuilder()
            .setDirection(sa.getDirection())
            .setSelectors(traffic)
            .setPriority(1)
            .setAction(PolicyAction.PROTECT)
            .setOwner("bench");
    if (sa.getDirection() == Direction.OUTBOUND) {
      policy.setSa(sa);
    }
    return Change.newBuilder().setAddPolicy(AddPolicy.newBuilder().setPolicy(policy)).build();
  }

  static Change delPolicy(Direction direction, SelectorPair traffic) {
    return Change.newBuilder()
        .setDelPolicy(
            DelPolicy.newBuilder()
                .setPlace(PolicyPlace.newBuilder().setDirection(direction).setSelectors(traffic)))
        .build();
  }

  static SelectorPair traffic(Selector local, Selector remote) {
    return SelectorPair.newBuilder().setLocal(local).setRemote(remote).build();
  }

  /** Any port of these addresses. */
  static Selector addresses(byte[] first, byte[] last) {
    return Selector.newBuilder()
        .setFirst(ByteString.copyFrom(first))
        .setLast(ByteString.copyFrom(last))
        .setLastPort(ANY_PORT)
        .build();
  }
}
