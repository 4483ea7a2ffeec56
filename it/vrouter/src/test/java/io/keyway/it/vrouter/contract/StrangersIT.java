package io.keyway.it.vrouter.contract;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.ByteString;
import io.grpc.Grpc;
import io.grpc.ManagedChannel;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.TlsChannelCredentials;
import io.grpc.stub.ClientCallStreamObserver;
import io.grpc.stub.ClientResponseObserver;
import io.keyway.it.kit.Ports;
import io.keyway.it.kit.lab.Await;
import io.keyway.it.kit.vrouter.AgentProcess;
import io.keyway.it.vrouter.NotRun;
import io.keyway.plane.vrouter.MapMemory;
import io.keyway.plane.vrouter.PlaneBench;
import io.keyway.protocol.vrouter.v1.*;
import io.keyway.testing.Certificates;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;

/**
 * What the real agent makes of those who say what nobody may say: refused by name, nothing half
 * done, no key repeated, and everybody else is served meanwhile.
 */
@ExtendWith(NotRun.OfAgent.class)
@Timeout(120)
class StrangersIT {

  private RealAgent agent;
  private Bystander bystander;

  @BeforeEach
  void begin() throws Exception {
    agent = RealAgent.byTls();
    bystander = new Bystander(agent.directory().resolve("agent.sock"));
    agent
        .caller()
        .must(Change.newBuilder().setAddSa(BadItems.sa(Direction.OUTBOUND, BadItems.TAKEN)));
    agent
        .caller()
        .must(Change.newBuilder().setAddSa(BadItems.sa(Direction.INBOUND, BadItems.TAKEN)));
    agent
        .caller()
        .must(
            Change.newBuilder()
                .setAddPolicy(
                    AddPolicy.newBuilder()
                        .setPolicy(
                            Policy.newBuilder()
                                .setDirection(Direction.OUTBOUND)
                                .setSelectors(BadItems.pair())
                                .setAction(PolicyAction.PROTECT)
                                .setSa(
                                    BadItems.sa(Direction.OUTBOUND, BadItems.TAKEN)
                                        .getSa()
                                        .getId()))));
  }

  @AfterEach
  void end() throws Exception {
    try (RealAgent last = agent;
        Bystander other = bystander) {
      other.assertServed();
      assertNoKeyIn(last.log());
    }
  }

  private static void assertNoKeyIn(String text) {
    byte[] key = BadItems.KEY.getBytes(StandardCharsets.UTF_8);
    assertThat(text.toLowerCase(java.util.Locale.ROOT))
        .doesNotContain(BadItems.KEY.substring(1, 12))
        .doesNotContain(HexFormat.of().formatHex(key, 1, 10));
  }

  private static Status.Code code(Runnable call) {
    try {
      call.run();
      return Status.Code.OK;
    } catch (StatusRuntimeException e) {
      assertNoKeyIn(e.toString());
      return e.getStatus().getCode();
    }
  }

  @Test
  void everyBadItemIsRefusedByNameAndNothingOfItStays() {
    Map<String, Change> bad = BadItems.all();
    Caller.Everything before = agent.caller().everything();
    ResultList results =
        agent.caller().stub().apply(ApplyRequest.newBuilder().addAllChanges(bad.values()).build());
    List<String> words = List.copyOf(bad.keySet());
    assertThat(results.getResultsCount()).isEqualTo(words.size());
    for (int i = 0; i < words.size(); i++) {
      Result result = results.getResults(i);
      assertThat(result.getReason()).as(words.get(i)).contains(words.get(i).split("#")[0]);
      assertThat(result.getCode())
          .as(words.get(i))
          .isIn(ResultCode.REFUSED, ResultCode.CONFLICT, ResultCode.ABSENT);
      assertNoKeyIn(result.getReason());
    }
    assertThat(agent.caller().everything()).isEqualTo(before);
    System.out.println(words.size() + " bad items, each refused by name");
  }

  @Test
  void goodItemsAmongBadOnesAreCarriedOut() {
    Caller.Everything before = agent.caller().everything();
    ApplyRequest.Builder mixed = ApplyRequest.newBuilder();
    int good = 0;
    for (Change bad : BadItems.all().values()) {
      mixed.addChanges(bad);
      mixed.addChanges(
          Change.newBuilder().setAddSa(BadItems.sa(Direction.INBOUND, 0x10000 + good++)));
    }
    ResultList results = agent.caller().stub().apply(mixed.build());
    for (int i = 0; i < results.getResultsCount(); i++) {
      assertThat(results.getResults(i).getCode() == ResultCode.OK).isEqualTo(i % 2 == 1);
    }
    Caller.Everything after = agent.caller().everything();
    assertThat(after.sas()).hasSize(before.sas().size() + good);
    assertThat(after.policies()).isEqualTo(before.policies());
  }

  @Test
  void oneByOneTheyAreRefusedForTheSameReasons() {
    Caller.Everything before = agent.caller().everything();
    for (Map.Entry<String, Change> bad : BadItems.all().entrySet()) {
      Change change = bad.getValue();
      Result result =
          switch (change.getChangeCase()) {
            case ADD_SA ->
                agent
                    .caller()
                    .stub()
                    .addSa(AddSaRequest.newBuilder().setItem(change.getAddSa()).build());
            case UPDATE_SA ->
                agent
                    .caller()
                    .stub()
                    .updateSa(UpdateSaRequest.newBuilder().setItem(change.getUpdateSa()).build());
            case DEL_SA ->
                agent
                    .caller()
                    .stub()
                    .delSa(DelSaRequest.newBuilder().setItem(change.getDelSa()).build());
            case ADD_POLICY ->
                agent
                    .caller()
                    .stub()
                    .addPolicy(
                        AddPolicyRequest.newBuilder().setItem(change.getAddPolicy()).build());
            case DEL_POLICY ->
                agent
                    .caller()
                    .stub()
                    .delPolicy(
                        DelPolicyRequest.newBuilder().setItem(change.getDelPolicy()).build());
            case CHANGE_NOT_SET -> agent.caller().stub().addSa(AddSaRequest.getDefaultInstance());
          };
      assertThat(result.getCode()).as(bad.getKey()).isNotEqualTo(ResultCode.OK);
      assertThat(result.getReason()).as(bad.getKey()).isNotEmpty();
      assertNoKeyIn(result.getReason());
    }
    assertThat(agent.caller().everything()).isEqualTo(before);
  }

  @Test
  void callsWithTooManyItemsAreTurnedAwayWhole() {
    Caller.Everything before = agent.caller().everything();
    ApplyRequest.Builder apply = ApplyRequest.newBuilder();
    QuerySasRequest.Builder sas = QuerySasRequest.newBuilder();
    QueryPoliciesRequest.Builder policies = QueryPoliciesRequest.newBuilder();
    ReleaseSpisRequest.Builder spis = ReleaseSpisRequest.newBuilder();
    for (int i = 0; i < 5000; i++) {
      AddSa.Builder sa = BadItems.sa(Direction.INBOUND, 0x20000 + i);
      apply.addChanges(Change.newBuilder().setAddSa(sa));
      sas.addIds(sa.getSa().getId());
      policies.addPlaces(PolicyPlace.getDefaultInstance());
      spis.addSpis(0x20000 + i);
    }
    assertThat(code(() -> agent.caller().stub().apply(apply.build())))
        .isEqualTo(Status.Code.INVALID_ARGUMENT);
    assertThat(code(() -> agent.caller().stub().querySas(sas.build())))
        .isEqualTo(Status.Code.INVALID_ARGUMENT);
    assertThat(code(() -> agent.caller().stub().queryPolicies(policies.build())))
        .isEqualTo(Status.Code.INVALID_ARGUMENT);
    assertThat(code(() -> agent.caller().stub().releaseSpis(spis.build())))
        .isEqualTo(Status.Code.INVALID_ARGUMENT);
    GetSpisResponse many =
        agent.caller().stub().getSpis(GetSpisRequest.newBuilder().setCount(-1).build());
    assertThat(many.getResult().getCode()).isEqualTo(ResultCode.REFUSED);
    assertThat(agent.caller().everything()).isEqualTo(before);
  }

  @Test
  void aMessageOfOneGibibyteIsTurnedAwayLongBeforeItIsComplete() throws Exception {
    long before = agent.resident();
    Caller.Everything contents = agent.caller().everything();
    bystander.mayBeInterrupted();
    try (RawHttp2 raw = new RawHttp2(agent.directory().resolve("agent.sock"))) {
      raw.call(1, "Apply");
      ByteBuffer prefix = ByteBuffer.allocate(5).put((byte) 0).putInt(1 << 30);
      raw.send(RawHttp2.DATA, 0, 1, prefix.array());
      long window = 65_535 - 5;
      long sent = 0;
      boolean refused = false;
      while (!refused) {
        // As much as it lets us send, until it has had enough.
        while (window >= 16_384) {
          raw.send(RawHttp2.DATA, 0, 1, new byte[16_384]);
          window -= 16_384;
          sent += 16_384;
        }
        RawHttp2.Frame frame = raw.next();
        if (frame.type() == RawHttp2.WINDOW_UPDATE && frame.stream() == 1) {
          window += ByteBuffer.wrap(frame.body()).getInt();
        } else if (frame.type() == RawHttp2.SETTINGS && (frame.flags() & 1) == 0) {
          raw.send(RawHttp2.SETTINGS, 1, 0, new byte[0]);
        }
        refused =
            frame.stream() == 1
                && (frame.type() == RawHttp2.HEADERS || frame.type() == RawHttp2.RST_STREAM);
        assertThat(sent).as("it does not take a gibibyte").isLessThan(400L << 20);
      }
      System.out.printf(
          "a message of 1 GiB: turned away after %d octets, which took %d octets of memory%n",
          sent, agent.resident() - before);
    }
    bystander.assertServed();
    System.out.printf(
        "another client was interrupted %d times meanwhile%n", bystander.interruptions());
    Await.until(
        "this one is served",
        () ->
            code(
                    () ->
                        agent
                            .caller()
                            .stub()
                            .getCapabilities(GetCapabilitiesRequest.getDefaultInstance()))
                == Status.Code.OK);
    assertThat(agent.resident() - before).as("memory").isLessThan(400L << 20);
    assertThat(code(() -> agent.caller().stub().apply(large(5 << 20))))
        .isEqualTo(Status.Code.RESOURCE_EXHAUSTED);
    assertThat(agent.caller().everything()).isEqualTo(contents);
  }

  private static ApplyRequest large(int octets) {
    AddSa.Builder sa = BadItems.sa(Direction.INBOUND, 0x30000);
    sa.getSaBuilder().setTag(ByteString.copyFrom(new byte[octets]));
    return ApplyRequest.newBuilder().addChanges(Change.newBuilder().setAddSa(sa)).build();
  }

  @Test
  void whoHasNoCertificateOfTheAuthorityDoesNotGetIn() throws Exception {
    Path directory = agent.directory();
    Path authority = directory.resolve("authority-ca.crt");
    Certificates other =
        new Certificates(Files.createDirectory(directory.resolve("o")), "authority");
    Certificates.Pem stranger = other.issue("client", "keyway.example", Duration.ofDays(30));
    assertThat(byTls(TlsChannelCredentials.newBuilder().trustManager(authority.toFile())))
        .as("no certificate")
        .isEqualTo(Status.Code.UNAVAILABLE);
    assertThat(
            byTls(
                TlsChannelCredentials.newBuilder()
                    .trustManager(authority.toFile())
                    .keyManager(stranger.certificate().toFile(), stranger.key().toFile())))
        .as("of another authority with the same name")
        .isEqualTo(Status.Code.UNAVAILABLE);
    assertThat(
            byTls(
                TlsChannelCredentials.newBuilder()
                    .trustManager(authority.toFile())
                    .keyManager(
                        directory.resolve("client.crt").toFile(),
                        directory.resolve("client.key").toFile())))
        .as("ours")
        .isEqualTo(Status.Code.OK);
    try (SocketChannel plain = connect()) {
      plain.write(
          ByteBuffer.wrap("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".getBytes(StandardCharsets.US_ASCII)));
      plain.write(ByteBuffer.wrap(new byte[] {0, 0, 0, 4, 0, 0, 0, 0, 0}));
      plain.socket().setSoTimeout(20_000);
      int end;
      try {
        end = plain.socket().getInputStream().readNBytes(4096).length;
      } catch (IOException e) {
        end = 0;
      }
      assertThat(end).as("an alert at most, and the end").isLessThan(32);
    }
  }

  @Test
  void aKeyThatDoesNotFitItsCertificateIsNamedAtTheStart() {
    Path directory = agent.directory();
    assertThatThrownBy(
            () ->
                AgentProcess.start(
                    Optional.empty(),
                    directory.resolve("second"),
                    RealAgent.configuration(directory.resolve("second"))
                        .line(
                            "listen tls 127.0.0.1:%d cert %s key %s ca %s"
                                .formatted(
                                    Ports.tcp(),
                                    directory.resolve("server.crt"),
                                    directory.resolve("client.key"),
                                    directory.resolve("authority-ca.crt")))))
        .hasMessageContaining("client.key do not go together");
  }

  private Status.Code byTls(TlsChannelCredentials.Builder credentials) {
    ManagedChannel channel =
        Grpc.newChannelBuilder(agent.leaves().get("address"), credentials.build())
            .overrideAuthority("agent.example")
            .build();
    try {
      return code(
          () ->
              VRouterGrpc.newBlockingStub(channel)
                  .withDeadlineAfter(20, TimeUnit.SECONDS)
                  .getCapabilities(GetCapabilitiesRequest.getDefaultInstance()));
    } finally {
      channel.shutdownNow();
    }
  }

  private SocketChannel connect() throws IOException {
    String[] address = agent.direct().split(":");
    return SocketChannel.open(new InetSocketAddress(address[0], Integer.parseInt(address[1])));
  }

  @Test
  void thousandsWhoConnectAndSayNothingKeepNobodyOut() throws Exception {
    // Fewer files than the agent would like: they must come to an end.
    assertThat(
            new ProcessBuilder("prlimit", "--pid", "" + agent.pid(), "--nofile=256:256")
                .inheritIO()
                .start()
                .waitFor())
        .isZero();
    List<SocketChannel> silent = new ArrayList<>();
    try {
      for (int i = 0; i < 600; i++) {
        SocketChannel one = connect();
        silent.add(one);
        if (i % 2 == 0) {
          // The first octets of a TLS record that never comes.
          one.write(ByteBuffer.wrap(new byte[] {22, 3, 1, 2, 0, 1}));
        }
      }
      bystander.assertServed();
    } finally {
      for (SocketChannel one : silent) {
        one.close();
      }
    }
    try (PlaneBench plane = new PlaneBench(agent.lent(), new MapMemory())) {
      plane.awaitReady();
    }
  }

  @Test
  void streamsThatNobodyReadsKeepNobodyOut() throws Exception {
    List<Change> many = new ArrayList<>();
    for (int i = 0; i < 4000; i++) {
      many.add(Change.newBuilder().setAddSa(BadItems.sa(Direction.INBOUND, 0x40000 + i)).build());
    }
    agent.caller().stub().apply(ApplyRequest.newBuilder().addAllChanges(many).build());
    List<Caller> rude = new ArrayList<>();
    try {
      for (int i = 0; i < 10; i++) {
        rude.add(new Caller(agent.directory().resolve("agent.sock")));
        VRouterGrpc.VRouterStub stub = VRouterGrpc.newStub(rude.get(i).channel());
        for (int k = 0; k < 15; k++) {
          stub.snapshot(SnapshotRequest.getDefaultInstance(), new Silence<>());
          stub.events(EventsRequest.getDefaultInstance(), new Silence<>());
          stub.packets(new Silence<PacketOut, PacketIn>());
        }
      }
      Thread.sleep(1000);
      bystander.assertServed();
      assertThat(agent.caller().stub().querySa(taken()).getResult().getCode())
          .isEqualTo(ResultCode.OK);
      assertThat(code(() -> agent.caller().everything()))
          .as("with a place, or turned away by name")
          .isIn(Status.Code.OK, Status.Code.RESOURCE_EXHAUSTED);
    } finally {
      rude.forEach(Caller::close);
    }
    io.keyway.it.kit.lab.Await.until(
        "they are given back", () -> code(() -> agent.caller().everything()) == Status.Code.OK);
  }

  private static QuerySaRequest taken() {
    return QuerySaRequest.newBuilder()
        .setId(BadItems.sa(Direction.OUTBOUND, BadItems.TAKEN).getSa().getId())
        .build();
  }

  /** Reads nothing, and does not hang up either. */
  private static final class Silence<R, T> implements ClientResponseObserver<R, T> {
    @Override
    public void beforeStart(ClientCallStreamObserver<R> stream) {
      stream.disableAutoRequestWithInitial(0);
    }

    @Override
    public void onNext(T value) {}

    @Override
    public void onError(Throwable error) {}

    @Override
    public void onCompleted() {}
  }
}
