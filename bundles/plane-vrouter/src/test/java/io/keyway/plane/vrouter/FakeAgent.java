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
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;

/**
 * An agent in this process that keeps the contract of the .proto file, remembers every key it ever
 * saw, and fails as a test tells it. A router is a set of tables to it; packets are not forwarded.
 */
public final class FakeAgent implements AutoCloseable {

  /** One key as it was written. */
  public record Install(Direction direction, int spi, long generation, String key) {}

  private static final int PARTS = 3;

  private final Map<String, SecurityAssociation> sas = new LinkedHashMap<>();
  private final Map<String, SaStatus> statuses = new HashMap<>();
  private final Map<PolicyPlace, Policy> policies = new LinkedHashMap<>();
  private final Map<PolicyPlace, PolicyStatus> counters = new HashMap<>();
  private final Set<Integer> leases = new LinkedHashSet<>();
  private final List<Install> installs = new ArrayList<>();
  private final List<Change> changes = new ArrayList<>();
  private final List<StreamObserver<Event>> listeners = new ArrayList<>();
  private final List<StreamObserver<PacketIn>> packets = new ArrayList<>();
  private final List<PacketOut> sent = new ArrayList<>();
  private final ServerCredentials credentials;
  private Capabilities capabilities = Samples.capabilities();
  private Server server;
  private int port;
  private long generation = System.nanoTime() | 1;
  private boolean complete;
  private String attached = "";
  private int nextSpi = 0x1000;
  private long eventNumber;
  private int applies;
  private int probes;
  private boolean hanging;
  private boolean losing;
  private Predicate<Change> refused = change -> false;
  private java.util.function.Consumer<PacketOut> wire = packet -> {};

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
    sas.clear();
    statuses.clear();
    policies.clear();
    counters.clear();
    leases.clear();
    eventNumber = 0;
  }

  public void restart() throws IOException, InterruptedException {
    kill();
    forget();
    start();
  }

  public synchronized void can(Capabilities now) {
    capabilities = now;
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
    refused = which;
  }

  public synchronized void tell(Event.Builder event) {
    Event made = event.setGeneration(generation).setNumber(++eventNumber).build();
    List.copyOf(listeners).forEach(listener -> emit(listener, made));
  }

  /** Where datagrams to send go. */
  public synchronized void wire(java.util.function.Consumer<PacketOut> to) {
    wire = to;
  }

  /** A datagram came to the router; false when nobody listens. */
  public synchronized boolean receive(PacketIn packet) {
    if (packets.isEmpty()) {
      return false;
    }
    packets.get(packets.size() - 1).onNext(packet);
    return true;
  }

  public synchronized void count(PolicyPlace place, PolicyStatus status) {
    counters.put(place, status);
  }

  public synchronized void state(SaStatus status) {
    statuses.put(Samples.key(status.getId()), status);
  }

  /** Somebody took it away. */
  public synchronized void lose(SecurityAssociation sa) {
    sas.remove(Samples.key(sa.getId()));
  }

  public synchronized void lose(PolicyPlace place) {
    policies.remove(place);
  }

  public synchronized void put(Policy policy) {
    policies.put(Samples.place(policy), policy);
  }

  public synchronized void put(SecurityAssociation sa) {
    sas.put(Samples.key(sa.getId()), sa);
  }

  /** Another controller takes the lead. */
  public synchronized void attachedBy(String instance) {
    attached = instance;
    tell(Event.newBuilder().setAttached(Attached.newBuilder().setControllerInstance(instance)));
  }

  // ---- what a test looks at ------------------------------------------------------------------

  public synchronized List<SecurityAssociation> sas() {
    return List.copyOf(sas.values());
  }

  public synchronized List<Policy> policies() {
    return List.copyOf(policies.values());
  }

  public synchronized List<Install> installs() {
    return List.copyOf(installs);
  }

  public synchronized List<Change> changes() {
    return List.copyOf(changes);
  }

  public synchronized Set<Integer> leases() {
    return Set.copyOf(leases);
  }

  public synchronized List<PacketOut> sent() {
    return List.copyOf(sent);
  }

  public synchronized int applies() {
    return applies;
  }

  public synchronized int probes() {
    return probes;
  }

  public synchronized boolean complete() {
    return complete;
  }

  public synchronized String attached() {
    return attached;
  }

  public synchronized long generation() {
    return generation;
  }

  public synchronized boolean takesPackets() {
    return !packets.isEmpty();
  }

  // ---- the contract --------------------------------------------------------------------------

  private static <T> void emit(StreamObserver<T> to, T value) {
    try {
      to.onNext(value);
    } catch (RuntimeException e) {
      // The client has gone.
    }
  }

  private static <T> void answer(StreamObserver<T> to, T value) {
    to.onNext(value);
    to.onCompleted();
  }

  private Result make(Change change) {
    changes.add(change);
    if (refused.test(change)) {
      return Samples.result(ResultCode.REFUSED, "the test said so; ask it");
    }
    return switch (change.getChangeCase()) {
      case ADD_SA -> add(change.getAddSa());
      case UPDATE_SA -> update(change.getUpdateSa());
      case DEL_SA ->
          sas.remove(Samples.key(change.getDelSa().getId())) == null
              ? Samples.result(ResultCode.ABSENT, "no such SA")
              : Samples.result(ResultCode.OK, "");
      case ADD_POLICY -> add(change.getAddPolicy().getPolicy());
      case DEL_POLICY -> remove(change.getDelPolicy());
      case CHANGE_NOT_SET -> Samples.result(ResultCode.REFUSED, "no change");
    };
  }

  private Result add(AddSa add) {
    SecurityAssociation sa = add.getSa();
    byte[] key = add.getKeys().getEncryptionKey().toByteArray();
    boolean suite =
        capabilities.getAlgorithmsList().stream()
            .anyMatch(
                a ->
                    a.getEncryption() == sa.getEncryption()
                        && a.getIntegrity() == sa.getIntegrity()
                        && a.getEncryptionKeyOctets() == key.length
                        && a.getIntegrityKeyOctets() == add.getKeys().getIntegrityKey().size());
    if (!suite) {
      return Samples.result(
          ResultCode.REFUSED, "no such combination of algorithms and key lengths");
    }
    if (sas.size() >= capabilities.getSasMax()) {
      return Samples.result(ResultCode.FULL, "no room for another SA");
    }
    if (sas.containsKey(Samples.key(sa.getId()))) {
      return Samples.result(ResultCode.CONFLICT, "the SPI is in use");
    }
    installs.add(
        new Install(
            sa.getId().getDirection(),
            sa.getId().getSpi(),
            generation,
            HexFormat.of().formatHex(key)));
    sas.put(Samples.key(sa.getId()), sa);
    leases.remove(sa.getId().getSpi());
    return Samples.result(ResultCode.OK, "");
  }

  private Result update(UpdateSa update) {
    SecurityAssociation sa = sas.get(Samples.key(update.getId()));
    if (sa == null) {
      return Samples.result(ResultCode.ABSENT, "no such SA");
    }
    sas.put(
        Samples.key(update.getId()), sa.toBuilder().setEndpoints(update.getEndpoints()).build());
    return Samples.result(ResultCode.OK, "");
  }

  private Result add(Policy policy) {
    if (policy.getAction() == PolicyAction.PROTECT
        && policy.getDirection() == Direction.OUTBOUND
        && !sas.containsKey(Samples.key(policy.getSa()))) {
      return Samples.result(ResultCode.REFUSED, "the policy's SA does not exist");
    }
    return policy.equals(policies.put(Samples.place(policy), policy))
        ? Samples.result(ResultCode.SAME, "")
        : Samples.result(ResultCode.OK, "");
  }

  private Result remove(DelPolicy removal) {
    return policies.remove(removal.getPlace()) == null
        ? Samples.result(ResultCode.ABSENT, "no such policy")
        : Samples.result(ResultCode.OK, "");
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
                .setCapabilities(capabilities)
                .setVersion("fake")
                .build());
        attachedBy(request.getControllerInstance());
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
                  .setCapabilities(capabilities)
                  .build());
        }
      }
    }

    @Override
    public void getSpis(GetSpisRequest request, StreamObserver<GetSpisResponse> to) {
      synchronized (FakeAgent.this) {
        GetSpisResponse.Builder got = GetSpisResponse.newBuilder().setGeneration(generation);
        if (request.getExpectedGeneration() != generation) {
          answer(
              to,
              got.setResult(Samples.result(ResultCode.UNAVAILABLE, "another generation")).build());
          return;
        }
        for (int i = 0; i < request.getCount(); i++) {
          leases.add(++nextSpi);
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
          list.addResults(
              leases.remove(spi)
                  ? Samples.result(ResultCode.OK, "")
                  : Samples.result(ResultCode.ABSENT, "not leased"));
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
              request.getExpectedGeneration() != 0 && request.getExpectedGeneration() != generation
                  ? Samples.result(ResultCode.UNAVAILABLE, "another generation")
                  : make(change));
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
        int before = sas.size();
        sas.values()
            .removeIf(s -> request.getOwner().isEmpty() || s.getOwner().equals(request.getOwner()));
        answer(
            to,
            FlushResponse.newBuilder()
                .setResult(Samples.result(ResultCode.OK, ""))
                .setRemoved(before - sas.size())
                .build());
      }
    }

    @Override
    public void flushPolicies(FlushRequest request, StreamObserver<FlushResponse> to) {
      synchronized (FakeAgent.this) {
        int before = policies.size();
        policies
            .values()
            .removeIf(p -> request.getOwner().isEmpty() || p.getOwner().equals(request.getOwner()));
        complete &= !request.getOwner().isEmpty();
        answer(
            to,
            FlushResponse.newBuilder()
                .setResult(Samples.result(ResultCode.OK, ""))
                .setRemoved(before - policies.size())
                .build());
      }
    }

    @Override
    public void querySas(QuerySasRequest request, StreamObserver<QuerySasResponse> to) {
      synchronized (FakeAgent.this) {
        QuerySasResponse.Builder list = QuerySasResponse.newBuilder().setGeneration(generation);
        for (SaId id : request.getIdsList()) {
          list.addSas(
              sas.containsKey(Samples.key(id))
                  ? status(id)
                  : SaStatus.newBuilder()
                      .setId(id)
                      .setResult(Samples.result(ResultCode.ABSENT, ""))
                      .build());
        }
        answer(to, list.build());
      }
    }

    private SaStatus status(SaId id) {
      return statuses
          .getOrDefault(Samples.key(id), SaStatus.newBuilder().setState(SaState.LIVE).build())
          .toBuilder()
          .setId(id)
          .setResult(Samples.result(ResultCode.OK, ""))
          .build();
    }

    private PolicyStatus status(PolicyPlace place) {
      return counters.getOrDefault(place, PolicyStatus.getDefaultInstance()).toBuilder()
          .setPlace(place)
          .setResult(Samples.result(ResultCode.OK, ""))
          .build();
    }

    @Override
    public void queryPolicies(
        QueryPoliciesRequest request, StreamObserver<QueryPoliciesResponse> to) {
      synchronized (FakeAgent.this) {
        QueryPoliciesResponse.Builder list =
            QueryPoliciesResponse.newBuilder().setGeneration(generation);
        for (PolicyPlace place : request.getPlacesList()) {
          list.addPolicies(
              policies.containsKey(place)
                  ? status(place)
                  : PolicyStatus.newBuilder()
                      .setResult(Samples.result(ResultCode.ABSENT, ""))
                      .build());
        }
        answer(to, list.build());
      }
    }

    @Override
    public void snapshot(SnapshotRequest request, StreamObserver<SnapshotPart> to) {
      synchronized (FakeAgent.this) {
        SnapshotPart.Builder part =
            SnapshotPart.newBuilder().setGeneration(generation).setPoliciesComplete(complete);
        for (SecurityAssociation sa : sas.values()) {
          part.addSas(SnapshotSa.newBuilder().setSa(sa).setStatus(status(sa.getId())));
          if (part.getSasCount() == PARTS) {
            to.onNext(part.build());
            part = SnapshotPart.newBuilder();
          }
        }
        for (Policy policy : policies.values()) {
          part.addPolicies(
              SnapshotPolicy.newBuilder()
                  .setPolicy(policy)
                  .setStatus(status(Samples.place(policy))));
        }
        answer(to, part.addAllLeasedSpis(leases).setLast(true).build());
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
        ((ServerCallStreamObserver<Event>) to)
            .setOnCancelHandler(
                () -> {
                  synchronized (FakeAgent.this) {
                    listeners.remove(to);
                  }
                });
        listeners.add(to);
        emit(
            to,
            Event.newBuilder()
                .setGeneration(generation)
                .setNumber(eventNumber)
                .setAttached(Attached.newBuilder().setControllerInstance(attached))
                .build());
      }
    }

    @Override
    public StreamObserver<PacketOut> packets(StreamObserver<PacketIn> to) {
      synchronized (FakeAgent.this) {
        packets.add(to);
      }
      return new StreamObserver<>() {
        @Override
        public void onNext(PacketOut packet) {
          java.util.function.Consumer<PacketOut> way;
          synchronized (FakeAgent.this) {
            sent.add(packet);
            way = wire;
          }
          way.accept(packet);
        }

        @Override
        public void onError(Throwable error) {
          synchronized (FakeAgent.this) {
            packets.remove(to);
          }
        }

        @Override
        public void onCompleted() {
          onError(null);
        }
      };
    }
  }

  @Override
  public void close() {
    server.shutdownNow();
  }
}
