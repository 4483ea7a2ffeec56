package io.keyway.plane.vrouter;

import io.grpc.InsecureServerCredentials;
import io.grpc.Server;
import io.grpc.ServerBuilder;
import io.grpc.ServerCredentials;
import io.grpc.Status;
import io.grpc.netty.shaded.io.grpc.netty.NettyServerBuilder;
import io.grpc.stub.ServerCallStreamObserver;
import io.grpc.stub.StreamObserver;
import io.keyway.protocol.vrouter.v1.*;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.function.IntSupplier;
import java.util.function.Predicate;

/**
 * An agent in this process that keeps the contract of the .proto file, remembers every key it ever
 * saw, and fails as a test tells it. A router is a set of tables to it; packets are not forwarded.
 */
public final class FakeAgent implements TestAgent {

  /** One key as it was written. */
  public record Install(Direction direction, int spi, long generation, String key) {}

  private static final int PARTS = 3;

  private final FakeTables tables = new FakeTables();
  private final List<StreamObserver<Event>> listeners = new ArrayList<>();

  /** Streams of controllers that said who they are. */
  private final Map<StreamObserver<Event>, String> present = new HashMap<>();

  private boolean listened;
  private final FakePackets packets = new FakePackets();
  private boolean full;
  private final ServerCredentials credentials;
  private Server server;
  private int port;
  private long generation = System.nanoTime() | 1;
  private boolean complete;
  private String attached = "";
  private int nextSpi = 0x1000;
  private long eventNumber;
  private int applies;
  private int probes;
  private int queries;
  private boolean hanging;
  private boolean mute;
  private boolean losing;
  private Runnable beforeSnapshot = () -> {};

  public FakeAgent() {
    this(InsecureServerCredentials.create());
  }

  public FakeAgent(ServerCredentials credentials) {
    this.credentials = credentials;
  }

  // ---- what a test tells it ------------------------------------------------------------------

  /** Listens on a free port of loopback, or the one it had. */
  public FakeAgent start() throws IOException {
    server =
        NettyServerBuilder.forAddress(new InetSocketAddress("127.0.0.1", port), credentials)
            .addService(new Service())
            .maxInboundMessageSize(4 << 20)
            .build()
            .start();
    port = server.getPort();
    return this;
  }

  /** Serves by another builder, such as one of a UNIX socket. */
  public FakeAgent start(ServerBuilder<?> builder) throws IOException {
    server = builder.addService(new Service()).build().start();
    return this;
  }

  public int port() {
    return port;
  }

  /** Ends as kill -9 does. */
  public void kill() throws InterruptedException {
    synchronized (this) {
      listeners.clear();
      present.clear();
      packets.clear();
    }
    server.shutdownNow();
    server.awaitTermination(5, TimeUnit.SECONDS);
  }

  /** Another life, with nothing in it. */
  public synchronized void forget() {
    generation += 1_000_000;
    complete = false;
    attached = "";
    listened = false;
    tables.clear();
    eventNumber = 0;
  }

  @Override
  public Map<String, String> leaves() {
    return Map.of("address", "127.0.0.1:" + port, "tls/enabled", "false");
  }

  @Override
  public synchronized int batch() {
    return tables.capabilities.getMaxBatch();
  }

  @Override
  public void cut() throws InterruptedException {
    kill();
  }

  @Override
  public void mend() throws IOException {
    start();
  }

  @Override
  public void freeze(boolean yes) {
    hang(yes);
  }

  @Override
  public synchronized void mute(boolean yes) {
    mute = yes;
  }

  @Override
  public void restart() throws IOException, InterruptedException {
    kill();
    forget();
    start();
  }

  public synchronized void can(Capabilities now) {
    tables.capabilities = now;
  }

  /** Answers to changes do not come; nothing is done. */
  public synchronized void hang(boolean yes) {
    hanging = yes;
  }

  /** Changes are made, and the call is broken off. */
  public synchronized void loseAnswers(boolean yes) {
    losing = yes;
  }

  public synchronized void refuse(Predicate<Change> which) {
    tables.refused = which;
  }

  public synchronized void tell(Event.Builder event) {
    Event made = event.setGeneration(generation).setNumber(++eventNumber).build();
    List.copyOf(listeners).forEach(listener -> emit(listener, made));
  }

  /** Happens when somebody asks for everything, before the answer. */
  public synchronized void beforeSnapshot(Runnable what) {
    beforeSnapshot = what;
  }

  /** Where datagrams to send go. */
  public void wire(java.util.function.Consumer<PacketOut> to) {
    packets.wire(to);
  }

  /** A datagram came to the router; false when nobody listens. */
  public boolean receive(PacketIn packet) {
    return packets.receive(packet);
  }

  public synchronized void count(PolicyPlace place, PolicyStatus status) {
    tables.count(place, status);
  }

  public synchronized void state(SaStatus status) {
    tables.state(status);
  }

  /** Somebody took it away. */
  @Override
  public synchronized void lose(SecurityAssociation sa) {
    tables.sas.remove(Samples.key(sa.getId()));
  }

  @Override
  public synchronized void lose(PolicyPlace place) {
    tables.policies.remove(place);
  }

  @Override
  public synchronized void put(Policy policy) {
    tables.policies.put(Samples.place(policy), policy);
  }

  /**
   * As {@link #put(Policy)}, under a name of its place that the policy itself may say otherwise.
   */
  public synchronized void putAs(PolicyPlace place, Policy policy) {
    tables.policies.put(place, policy);
  }

  @Override
  public synchronized void put(SecurityAssociation sa) {
    tables.sas.put(Samples.key(sa.getId()), sa);
  }

  private Attached attachedNow() {
    return Attached.newBuilder()
        .setControllerInstance(attached)
        .setGone(listened && !present.containsValue(attached))
        .build();
  }

  private void tellAttached() {
    tell(Event.newBuilder().setAttached(attachedNow()));
  }

  private synchronized void left(StreamObserver<Event> stream) {
    listeners.remove(stream);
    String name = present.remove(stream);
    if (attached.equals(name) && !present.containsValue(name)) {
      tellAttached();
    }
  }

  /** Another controller takes the lead. */
  @Override
  public synchronized void attachedBy(String instance) {
    attached = instance;
    listened = present.containsValue(instance);
    tellAttached();
  }

  // ---- what a test looks at ------------------------------------------------------------------

  @Override
  public synchronized List<SecurityAssociation> sas() {
    return List.copyOf(tables.sas.values());
  }

  @Override
  public synchronized List<Policy> policies() {
    return List.copyOf(tables.policies.values());
  }

  public synchronized List<Install> installs() {
    return List.copyOf(tables.installs);
  }

  public synchronized List<Change> changes() {
    return List.copyOf(tables.changes);
  }

  @Override
  public synchronized Set<Integer> leases() {
    return Set.copyOf(tables.leases.keySet());
  }

  public List<PacketOut> sent() {
    return packets.sent();
  }

  public synchronized int applies() {
    return applies;
  }

  /** Calls that asked for counters of policies. */
  public synchronized int queries() {
    return queries;
  }

  public synchronized int probes() {
    return probes;
  }

  @Override
  public synchronized boolean complete() {
    return complete;
  }

  @Override
  public synchronized String attached() {
    return attached;
  }

  @Override
  public synchronized long generation() {
    return generation;
  }

  /** From now on it does not let itself be emptied, or does. */
  public synchronized void staysFull(boolean now) {
    full = now;
  }

  /** Its streams of IKE datagrams. */
  public FakePackets packets() {
    return packets;
  }

  public boolean takesPackets() {
    return packets.any();
  }

  // ---- the contract --------------------------------------------------------------------------

  private static <T> void emit(StreamObserver<T> to, T value) {
    try {
      to.onNext(value);
    } catch (RuntimeException e) {
      // The client has gone.
    }
  }

  private boolean isOther(long expected) {
    return expected != 0 && expected != generation;
  }

  private static <T> void answer(StreamObserver<T> to, T value) {
    to.onNext(value);
    to.onCompleted();
  }

  private final class Service extends VRouterGrpc.VRouterImplBase {

    @Override
    public void attach(AttachRequest request, StreamObserver<AttachResponse> to) {
      synchronized (FakeAgent.this) {
        answer(
            to,
            AttachResponse.newBuilder()
                .setGeneration(generation)
                .setPreviousControllerInstance(attached)
                .setPoliciesComplete(complete)
                .setCapabilities(tables.capabilities)
                .setVersion("fake")
                .build());
        if (!attached.equals(request.getControllerInstance())) {
          attachedBy(request.getControllerInstance());
        }
      }
    }

    @Override
    public void getCapabilities(
        GetCapabilitiesRequest request, StreamObserver<GetCapabilitiesResponse> to) {
      synchronized (FakeAgent.this) {
        probes++;
        if (!hanging) {
          answer(
              to,
              GetCapabilitiesResponse.newBuilder()
                  .setGeneration(generation)
                  .setCapabilities(tables.capabilities)
                  .build());
        }
      }
    }

    @Override
    public void getSpis(GetSpisRequest request, StreamObserver<GetSpisResponse> to) {
      synchronized (FakeAgent.this) {
        GetSpisResponse.Builder got = GetSpisResponse.newBuilder().setGeneration(generation);
        if (isOther(request.getExpectedGeneration())) {
          answer(
              to,
              got.setResult(Samples.result(ResultCode.UNAVAILABLE, "another generation")).build());
          return;
        }
        for (int i = 0; i < request.getCount(); i++) {
          tables.leases.put(++nextSpi, request.getOwner());
          got.addSpis(nextSpi);
        }
        answer(to, got.setResult(Samples.result(ResultCode.OK, "")).build());
      }
    }

    @Override
    public void releaseSpis(ReleaseSpisRequest request, StreamObserver<ResultList> to) {
      synchronized (FakeAgent.this) {
        ResultList.Builder list = ResultList.newBuilder().setGeneration(generation);
        for (int spi : request.getSpisList()) {
          list.addResults(tables.release(spi));
        }
        answer(to, list.build());
      }
    }

    @Override
    public void apply(ApplyRequest request, StreamObserver<ResultList> to) {
      synchronized (FakeAgent.this) {
        applies++;
        if (hanging) {
          return;
        }
        ResultList.Builder list = ResultList.newBuilder().setGeneration(generation);
        for (Change change : request.getChangesList()) {
          list.addResults(
              isOther(request.getExpectedGeneration())
                  ? Samples.result(ResultCode.UNAVAILABLE, "another generation")
                  : tables.make(change, generation));
        }
        if (mute) {
          return;
        }
        if (losing) {
          // As a proxy between may: with all that it was asked, keys included.
          to.onError(Status.UNAVAILABLE.withDescription("lost: " + request).asException());
        } else {
          answer(to, list.build());
        }
      }
    }

    @Override
    public void flushSas(FlushRequest request, StreamObserver<FlushResponse> to) {
      synchronized (FakeAgent.this) {
        answer(to, flushed(request, () -> tables.flushSas(request.getOwner())));
      }
    }

    @Override
    public void flushPolicies(FlushRequest request, StreamObserver<FlushResponse> to) {
      synchronized (FakeAgent.this) {
        answer(
            to,
            flushed(
                request,
                () -> {
                  complete &= !request.getOwner().isEmpty();
                  return tables.flushPolicies(request.getOwner());
                }));
      }
    }

    private FlushResponse flushed(FlushRequest request, IntSupplier flush) {
      boolean other = isOther(request.getExpectedGeneration());
      ResultCode code = full ? ResultCode.REFUSED : other ? ResultCode.UNAVAILABLE : ResultCode.OK;
      return FlushResponse.newBuilder()
          .setResult(
              Samples.result(code, full ? "it stays full" : other ? "another generation" : ""))
          .setRemoved(code == ResultCode.OK ? flush.getAsInt() : 0)
          .build();
    }

    @Override
    public void querySas(QuerySasRequest request, StreamObserver<QuerySasResponse> to) {
      synchronized (FakeAgent.this) {
        QuerySasResponse.Builder list = QuerySasResponse.newBuilder().setGeneration(generation);
        for (SaId id : request.getIdsList()) {
          list.addSas(tables.status(id));
        }
        answer(to, list.build());
      }
    }

    @Override
    public void queryPolicies(
        QueryPoliciesRequest request, StreamObserver<QueryPoliciesResponse> to) {
      synchronized (FakeAgent.this) {
        queries++;
        QueryPoliciesResponse.Builder list =
            QueryPoliciesResponse.newBuilder().setGeneration(generation);
        for (PolicyPlace place : request.getPlacesList()) {
          list.addPolicies(tables.status(place));
        }
        answer(to, list.build());
      }
    }

    @Override
    public void snapshot(SnapshotRequest request, StreamObserver<SnapshotPart> to) {
      synchronized (FakeAgent.this) {
        beforeSnapshot.run();
        SnapshotPart.Builder part =
            SnapshotPart.newBuilder().setGeneration(generation).setPoliciesComplete(complete);
        for (SecurityAssociation sa : tables.sas.values()) {
          SaStatus status = tables.status(sa.getId());
          part.addSas(
              SnapshotSa.newBuilder()
                  .setSa(sa)
                  .setStatus(
                      request.getWithoutCounters()
                          ? SaStatus.newBuilder().setState(status.getState()).build()
                          : status));
          if (part.getSasCount() == PARTS) {
            to.onNext(part.build());
            part = SnapshotPart.newBuilder();
          }
        }
        for (Policy policy : tables.policies.values()) {
          SnapshotPolicy.Builder one = SnapshotPolicy.newBuilder().setPolicy(policy);
          if (!request.getWithoutCounters()) {
            one.setStatus(tables.status(Samples.place(policy)));
          }
          part.addPolicies(one);
        }
        answer(to, part.addAllLeasedSpis(tables.leases.keySet()).setLast(true).build());
      }
    }

    @Override
    public void completePolicies(CompletePoliciesRequest request, StreamObserver<Result> to) {
      synchronized (FakeAgent.this) {
        boolean right = request.getExpectedGeneration() == generation;
        complete |= right;
        answer(
            to,
            right
                ? Samples.result(ResultCode.OK, "")
                : Samples.result(ResultCode.UNAVAILABLE, "another generation"));
      }
    }

    @Override
    public void events(EventsRequest request, StreamObserver<Event> to) {
      synchronized (FakeAgent.this) {
        ((ServerCallStreamObserver<Event>) to).setOnCancelHandler(() -> left(to));
        String name = request.getControllerInstance();
        boolean back = attached.equals(name) && listened && !present.containsValue(name);
        if (!name.isEmpty()) {
          present.put(to, name);
          listened |= attached.equals(name);
        }
        if (back) {
          tellAttached();
        }
        listeners.add(to);
        emit(
            to,
            Event.newBuilder()
                .setGeneration(generation)
                .setNumber(eventNumber)
                .setAttached(attachedNow())
                .build());
      }
    }

    @Override
    public StreamObserver<PacketOut> packets(StreamObserver<PacketIn> to) {
      return packets.open(to);
    }
  }

  @Override
  public void close() {
    server.shutdownNow();
  }
}
