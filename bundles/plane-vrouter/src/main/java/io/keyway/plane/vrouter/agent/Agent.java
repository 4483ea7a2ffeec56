package io.keyway.plane.vrouter.agent;

import io.keyway.protocol.vrouter.v1.ApplyRequest;
import io.keyway.protocol.vrouter.v1.AttachRequest;
import io.keyway.protocol.vrouter.v1.AttachResponse;
import io.keyway.protocol.vrouter.v1.CompletePoliciesRequest;
import io.keyway.protocol.vrouter.v1.Event;
import io.keyway.protocol.vrouter.v1.FlushRequest;
import io.keyway.protocol.vrouter.v1.FlushResponse;
import io.keyway.protocol.vrouter.v1.GetCapabilitiesResponse;
import io.keyway.protocol.vrouter.v1.GetSpisRequest;
import io.keyway.protocol.vrouter.v1.GetSpisResponse;
import io.keyway.protocol.vrouter.v1.PacketIn;
import io.keyway.protocol.vrouter.v1.QueryPoliciesRequest;
import io.keyway.protocol.vrouter.v1.QueryPoliciesResponse;
import io.keyway.protocol.vrouter.v1.QuerySasRequest;
import io.keyway.protocol.vrouter.v1.QuerySasResponse;
import io.keyway.protocol.vrouter.v1.ReleaseSpisRequest;
import io.keyway.protocol.vrouter.v1.Result;
import io.keyway.protocol.vrouter.v1.ResultList;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;

/**
 * One connection to an agent. Calls never block; each ends within its time limit, exceptionally
 * with an {@link AgentException}. Futures complete on threads of gRPC.
 */
public interface Agent extends AutoCloseable {

  /** Makes this controller known, as the one that leads. */
  CompletableFuture<AttachResponse> attach(AttachRequest request);

  /** What the router can do and has room for; also asked to see whether it is there. */
  CompletableFuture<GetCapabilitiesResponse> capabilities();

  /** New inbound SPIs. */
  CompletableFuture<GetSpisResponse> getSpis(GetSpisRequest request);

  /** Gives inbound SPIs back. */
  CompletableFuture<ResultList> releaseSpis(ReleaseSpisRequest request);

  /** Changes SAs and policies; the caller wipes the keys when the future is complete. */
  CompletableFuture<ResultList> apply(ApplyRequest request);

  /** Removes SAs. */
  CompletableFuture<FlushResponse> flushSas(FlushRequest request);

  /** Removes policies. */
  CompletableFuture<FlushResponse> flushPolicies(FlushRequest request);

  /** Puts bypass policies in force. */
  CompletableFuture<Result> completePolicies(CompletePoliciesRequest request);

  /** Counters of SAs. */
  CompletableFuture<QuerySasResponse> querySas(QuerySasRequest request);

  /** Counters of policies. */
  CompletableFuture<QueryPoliciesResponse> queryPolicies(QueryPoliciesRequest request);

  /** All parts of a snapshot together. */
  CompletableFuture<Contents> snapshot(boolean withoutCounters);

  /** Takes events one after the other. */
  @FunctionalInterface
  interface EventListener {

    /**
     * An event came. Only so many come ahead of those that were taken: who is slow has the agent
     * drop the oldest, and say how many, instead of this controller's memory fill up.
     *
     * @param taken to be run once, on any thread, when it was looked at
     */
    void came(Event event, Runnable taken);
  }

  /**
   * Listens to events until the connection ends, which is told once.
   *
   * @param instance who listens: as long as it does, this controller is there
   */
  void events(String instance, EventListener listener, Consumer<AgentException> ended);

  /** Opens the way for IKE datagrams; closing it is not told. */
  PacketChannel packets(Consumer<PacketIn> receiver, Consumer<AgentException> ended);

  /** Ends the connection; removes nothing. */
  @Override
  void close();
}
