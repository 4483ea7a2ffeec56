package io.keyway.it.vrouter.contract;

import io.grpc.Grpc;
import io.grpc.InsecureChannelCredentials;
import io.grpc.ManagedChannel;
import io.keyway.protocol.vrouter.v1.*;
import io.keyway.protocol.vrouter.v1.VRouterGrpc.VRouterBlockingStub;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Iterator;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** Somebody else who talks to an agent by its UNIX socket: asks it plainly what it has. */
final class Caller implements AutoCloseable {

  /** What is installed, all parts together. */
  record Everything(
      long generation,
      boolean complete,
      List<SnapshotSa> sas,
      List<SnapshotPolicy> policies,
      List<Integer> leases) {}

  private final ManagedChannel channel;

  Caller(Path socket) {
    channel =
        Grpc.newChannelBuilder("unix:" + socket, InsecureChannelCredentials.create())
            .overrideAuthority("localhost")
            .build();
  }

  /** With a deadline, and with patience for an agent that is just starting. */
  VRouterBlockingStub stub() {
    return VRouterGrpc.newBlockingStub(channel)
        .withWaitForReady()
        .withDeadlineAfter(20, TimeUnit.SECONDS);
  }

  ManagedChannel channel() {
    return channel;
  }

  Everything everything() {
    List<SnapshotSa> sas = new ArrayList<>();
    List<SnapshotPolicy> policies = new ArrayList<>();
    List<Integer> leases = new ArrayList<>();
    Iterator<SnapshotPart> parts =
        stub().snapshot(SnapshotRequest.newBuilder().setWithoutCounters(true).build());
    SnapshotPart last = null;
    while (parts.hasNext()) {
      last = parts.next();
      sas.addAll(last.getSasList());
      policies.addAll(last.getPoliciesList());
      leases.addAll(last.getLeasedSpisList());
    }
    if (last == null || !last.getLast()) {
      throw new AssertionError("a snapshot without its last part");
    }
    Collections.sort(leases);
    return new Everything(last.getGeneration(), last.getPoliciesComplete(), sas, policies, leases);
  }

  /** Carried out, or an error. */
  void must(Change.Builder change) {
    Result result =
        stub().apply(ApplyRequest.newBuilder().addChanges(change).build()).getResults(0);
    if (result.getCode() != ResultCode.OK) {
      throw new AssertionError(result.getCode() + " " + result.getReason());
    }
  }

  @Override
  public void close() {
    channel.shutdownNow();
  }
}
