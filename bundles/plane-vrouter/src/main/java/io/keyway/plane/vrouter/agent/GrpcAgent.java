package io.keyway.plane.vrouter.agent;

import io.grpc.ManagedChannel;
import io.grpc.Status;
import io.grpc.stub.ClientCallStreamObserver;
import io.grpc.stub.ClientResponseObserver;
import io.grpc.stub.StreamObserver;
import io.keyway.plane.support.rpc.RpcErrors;
import io.keyway.plane.vrouter.settings.VrouterSettings;
import io.keyway.protocol.vrouter.v1.ApplyRequest;
import io.keyway.protocol.vrouter.v1.AttachRequest;
import io.keyway.protocol.vrouter.v1.AttachResponse;
import io.keyway.protocol.vrouter.v1.CompletePoliciesRequest;
import io.keyway.protocol.vrouter.v1.Event;
import io.keyway.protocol.vrouter.v1.EventsRequest;
import io.keyway.protocol.vrouter.v1.FlushRequest;
import io.keyway.protocol.vrouter.v1.FlushResponse;
import io.keyway.protocol.vrouter.v1.GetCapabilitiesRequest;
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
import io.keyway.protocol.vrouter.v1.SnapshotRequest;
import io.keyway.protocol.vrouter.v1.VRouterGrpc;
import io.keyway.protocol.vrouter.v1.VRouterGrpc.VRouterStub;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import java.util.function.UnaryOperator;

/** An agent over one gRPC channel. */
final class GrpcAgent implements Agent {

  private static final RpcErrors WORDS =
      new RpcErrors("the vRouter's agent", "the agent's file of authorities");

  /** A snapshot of 100 000 SAs is some 30 MB, which takes longer than one question. */
  private static final Duration SNAPSHOT = Duration.ofSeconds(60);

  /** Events that may wait here. */
  static final int EVENTS_AHEAD = 1024;

  private final ManagedChannel channel;
  private final VrouterSettings settings;

  GrpcAgent(ManagedChannel channel, VrouterSettings settings) {
    this.channel = channel;
    this.settings = settings;
  }

  @Override
  public CompletableFuture<AttachResponse> attach(AttachRequest request) {
    return ask("the first call", (stub, answer) -> stub.attach(request, answer));
  }

  @Override
  public CompletableFuture<GetCapabilitiesResponse> capabilities() {
    return ask(
        "whether it is there",
        (stub, answer) ->
            stub.getCapabilities(GetCapabilitiesRequest.getDefaultInstance(), answer));
  }

  @Override
  public CompletableFuture<GetSpisResponse> getSpis(GetSpisRequest request) {
    return ask("a request for SPIs", (stub, answer) -> stub.getSpis(request, answer));
  }

  @Override
  public CompletableFuture<ResultList> releaseSpis(ReleaseSpisRequest request) {
    return ask("a release of SPIs", (stub, answer) -> stub.releaseSpis(request, answer));
  }

  @Override
  public CompletableFuture<ResultList> apply(ApplyRequest request) {
    // It brings keys, and whoever answers may repeat the request in the text of its error: only the
    // code is told. Why there is no contact is said by the probe, which brings none.
    return ask(
        "a change",
        (stub, answer) -> stub.apply(request, answer),
        error -> Status.fromThrowable(error).getCode().toStatus().asException());
  }

  @Override
  public CompletableFuture<FlushResponse> flushSas(FlushRequest request) {
    return ask("a flush of SAs", (stub, answer) -> stub.flushSas(request, answer));
  }

  @Override
  public CompletableFuture<FlushResponse> flushPolicies(FlushRequest request) {
    return ask("a flush of policies", (stub, answer) -> stub.flushPolicies(request, answer));
  }

  @Override
  public CompletableFuture<Result> completePolicies(CompletePoliciesRequest request) {
    return ask("the end of policies", (stub, answer) -> stub.completePolicies(request, answer));
  }

  @Override
  public CompletableFuture<QuerySasResponse> querySas(QuerySasRequest request) {
    return ask("a question for SAs", (stub, answer) -> stub.querySas(request, answer));
  }

  @Override
  public CompletableFuture<QueryPoliciesResponse> queryPolicies(QueryPoliciesRequest request) {
    return ask("a question for policies", (stub, answer) -> stub.queryPolicies(request, answer));
  }

  @Override
  public CompletableFuture<Contents> snapshot(boolean withoutCounters) {
    Duration limit =
        settings.timing().rpc().compareTo(SNAPSHOT) > 0 ? settings.timing().rpc() : SNAPSHOT;
    SnapshotReader reader =
        new SnapshotReader(error -> exception("a request for a snapshot", limit, error));
    stub(limit)
        .snapshot(SnapshotRequest.newBuilder().setWithoutCounters(withoutCounters).build(), reader);
    return reader.answer();
  }

  @Override
  public void events(String instance, EventListener listener, Consumer<AgentException> ended) {
    VRouterGrpc.newStub(channel)
        .events(
            EventsRequest.newBuilder().setControllerInstance(instance).build(),
            new ClientResponseObserver<EventsRequest, Event>() {
              private ClientCallStreamObserver<EventsRequest> stream;

              @Override
              public void beforeStart(ClientCallStreamObserver<EventsRequest> begun) {
                stream = begun;
                begun.disableAutoRequestWithInitial(EVENTS_AHEAD);
              }

              @Override
              public void onNext(Event event) {
                listener.came(event, () -> stream.request(1));
              }

              @Override
              public void onError(Throwable error) {
                ended.accept(exception("the stream of events", settings.timing().rpc(), error));
              }

              @Override
              public void onCompleted() {
                ended.accept(
                    new AgentException(
                        AgentException.Kind.UNKNOWN,
                        "the vRouter's agent at "
                            + settings.endpoint()
                            + " ended the stream of events; it seems to be stopping"));
              }
            });
  }

  @Override
  public PacketChannel packets(Consumer<PacketIn> receiver, Consumer<AgentException> ended) {
    PacketStream stream =
        new PacketStream(
            receiver,
            error ->
                ended.accept(
                    exception("the stream of IKE datagrams", settings.timing().rpc(), error)));
    VRouterGrpc.newStub(channel).packets(stream);
    return stream;
  }

  private <T> CompletableFuture<T> ask(
      String what, BiConsumer<VRouterStub, StreamObserver<T>> call) {
    return ask(what, call, UnaryOperator.identity());
  }

  private <T> CompletableFuture<T> ask(
      String what, BiConsumer<VRouterStub, StreamObserver<T>> call, UnaryOperator<Throwable> told) {
    CompletableFuture<T> answer = new CompletableFuture<>();
    Duration limit = settings.timing().rpc();
    call.accept(
        stub(limit),
        new StreamObserver<>() {
          @Override
          public void onNext(T value) {
            answer.complete(value);
          }

          @Override
          public void onError(Throwable error) {
            answer.completeExceptionally(exception(what, limit, told.apply(error)));
          }

          @Override
          public void onCompleted() {
            answer.completeExceptionally(
                exception(what, limit, Status.INTERNAL.withDescription("no answer").asException()));
          }
        });
    return answer;
  }

  private VRouterStub stub(Duration limit) {
    return VRouterGrpc.newStub(channel).withDeadlineAfter(limit.toMillis(), TimeUnit.MILLISECONDS);
  }

  private AgentException exception(String what, Duration limit, Throwable error) {
    return new AgentException(
        switch (Status.fromThrowable(error).getCode()) {
          case INVALID_ARGUMENT, UNAUTHENTICATED, PERMISSION_DENIED, UNIMPLEMENTED ->
              AgentException.Kind.REFUSED;
          default -> AgentException.Kind.UNKNOWN;
        },
        WORDS.describe(what, settings.endpoint(), limit, error));
  }

  @Override
  public void close() {
    channel.shutdownNow();
  }
}
