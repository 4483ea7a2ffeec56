package io.keyway.plane.vrouter.agent;

import io.grpc.Status;
import io.grpc.stub.StreamObserver;
import io.keyway.protocol.vrouter.v1.SnapshotPart;
import io.keyway.protocol.vrouter.v1.SnapshotPolicy;
import io.keyway.protocol.vrouter.v1.SnapshotSa;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.function.Function;

/** Gathers the parts of a snapshot; one that ends early counts for nothing. */
final class SnapshotReader implements StreamObserver<SnapshotPart> {

  private final Function<Throwable, AgentException> words;
  private final CompletableFuture<Contents> answer = new CompletableFuture<>();
  private final List<SnapshotSa> sas = new ArrayList<>();
  private final List<SnapshotPolicy> policies = new ArrayList<>();
  private final List<Integer> leased = new ArrayList<>();
  private long generation;
  private boolean complete;
  private boolean last;

  SnapshotReader(Function<Throwable, AgentException> words) {
    this.words = words;
  }

  CompletableFuture<Contents> answer() {
    return answer;
  }

  @Override
  public void onNext(SnapshotPart part) {
    if (part.getGeneration() != 0) {
      generation = part.getGeneration();
      complete = part.getPoliciesComplete();
    }
    sas.addAll(part.getSasList());
    policies.addAll(part.getPoliciesList());
    leased.addAll(part.getLeasedSpisList());
    last |= part.getLast();
  }

  @Override
  public void onError(Throwable error) {
    answer.completeExceptionally(words.apply(error));
  }

  @Override
  public void onCompleted() {
    if (last && generation != 0) {
      answer.complete(new Contents(generation, complete, sas, policies, leased));
    } else {
      onError(
          Status.DATA_LOSS
              .withDescription("it ended before its last part; update the agent")
              .asException());
    }
  }
}
