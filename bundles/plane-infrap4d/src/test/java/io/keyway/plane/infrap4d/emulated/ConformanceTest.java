package io.keyway.plane.infrap4d.emulated;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import com.google.protobuf.TextFormat;
import io.keyway.api.Outcome;
import io.keyway.api.plane.PlaneChange;
import io.keyway.api.sa.Direction;
import io.keyway.api.sa.IpsecMode;
import io.keyway.api.sa.Lifetime;
import io.keyway.api.sa.Spi;
import io.keyway.api.sa.SpiLease;
import io.keyway.api.sp.PolicyAction;
import io.keyway.emulator.infrap4d.EmulatorConfig;
import io.keyway.emulator.infrap4d.program.LinuxNetworking;
import io.keyway.emulator.infrap4d.wire.Wire;
import io.keyway.plane.infrap4d.emulated.Site.End;
import io.keyway.plane.infrap4d.settings.Quirks;
import io.keyway.plane.support.settings.HostPort;
import io.keyway.protocol.gnmi.Encoding;
import io.keyway.protocol.gnmi.GetRequest;
import io.keyway.protocol.gnmi.Path;
import io.keyway.protocol.gnmi.PathElem;
import io.keyway.protocol.gnmi.SetRequest;
import io.keyway.protocol.gnmi.SubscribeRequest;
import io.keyway.protocol.gnmi.SubscriptionList;
import io.keyway.protocol.gnmi.SubscriptionMode;
import io.keyway.protocol.gnmi.TypedValue;
import io.keyway.protocol.gnmi.sad.IPsecSADBConfig;
import io.keyway.protocol.p4runtime.GetForwardingPipelineConfigRequest;
import io.keyway.protocol.p4runtime.MasterArbitrationUpdate;
import io.keyway.protocol.p4runtime.P4RuntimeGrpc;
import io.keyway.protocol.p4runtime.ReadRequest;
import io.keyway.protocol.p4runtime.StreamMessageRequest;
import io.keyway.protocol.p4runtime.TableEntry;
import io.keyway.protocol.p4runtime.Uint128;
import io.keyway.protocol.p4runtime.Update;
import io.keyway.protocol.p4runtime.WriteRequest;
import io.keyway.protocol.p4runtime.config.Action;
import io.keyway.protocol.p4runtime.config.P4Info;
import io.keyway.protocol.p4runtime.config.Table;
import io.keyway.protocol.p4runtime.stratum.P4RoleConfig;
import java.net.InetSocketAddress;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Every message of a whole life of a device, held against the rules of its contract. */
class ConformanceTest {

  private static final End A = new End("192.0.2.1", "10.1.0.1");
  private static final End B = new End("198.51.100.1", "10.2.0.1");
  private static final Spi PEER = new Spi(0xC0000001L);
  private static final Spi PEER_2 = new Spi(0xC0000002L);
  private static final Set<String> OURS =
      Set.of(
          "ipsec_rx_sa_classification_table",
          "ipv4_ipsec_tunnel_term_table",
          "ipsec_spd",
          "ipsec_tx_sa_classification_table",
          "ipsec_tunnel_encap_mod_table",
          "ipsec_tunnel_table");

  private final List<AutoCloseable> open = new ArrayList<>();
  private Recorder recorder;
  private P4Info program;

  @AfterEach
  void close() throws Exception {
    for (AutoCloseable closeable : open) {
      closeable.close();
    }
  }

  private Site site(boolean indexKeys) throws Exception {
    Site site =
        new Site(
            EmulatorConfig.onLoopback("a", "wire"),
            new Wire("wire", InstantSource.system()),
            s -> {
              recorder = new Recorder(new InetSocketAddress("127.0.0.1", s.p4runtime().port()));
              HostPort through = new HostPort("127.0.0.1", recorder.port());
              Quirks q = s.quirks();
              return Draft.of(
                  s,
                  d -> {
                    d.p4runtime = through;
                    d.gnmi = through;
                    d.electionPriority = 7;
                    d.quirks =
                        new Quirks(
                            q.inboundDirection(),
                            q.spiSwapped(),
                            q.algorithmNumbers(),
                            q.keyLengthWithSalt(),
                            q.realMode(),
                            q.reqId(),
                            indexKeys,
                            q.tunnelRows());
                  });
            });
    open.add(site);
    open.add(recorder);
    return site.ready();
  }

  private static byte[] key(int seed) {
    byte[] key = new byte[36];
    Arrays.fill(key, (byte) seed);
    return key;
  }

  private static void ok(List<Outcome> outcomes) {
    assertThat(outcomes).allMatch(Outcome::done);
  }

  private static List<Outcome> pair(
      Site site, SpiLease lease, Spi peer, End mine, End theirs, IpsecMode mode, int seed) {
    return site.apply(
        site.add(
            lease,
            Direction.INBOUND,
            lease.spi(),
            mine,
            theirs,
            key(seed),
            mode,
            Lifetime.UNLIMITED),
        site.add(
            lease, Direction.OUTBOUND, peer, mine, theirs, key(seed + 1), mode, Lifetime.UNLIMITED),
        site.protect(lease, peer, mine, theirs, mode));
  }

  /** Hold, establish, count, rekey, bypass, look, purge, restart, remove. */
  private void live(Site site, IpsecMode mode) throws Exception {
    End mine = mode == IpsecMode.TUNNEL ? A : new End("192.0.2.1", "192.0.2.1");
    ok(site.apply(Site.hold(mine, B)));
    SpiLease first = site.lease();
    ok(pair(site, first, PEER, mine, B, mode, 2));
    site.plane.policyUsage(List.of(Site.pair(mine, B)), Site.LONG).toCompletableFuture().join();
    SpiLease second = site.lease();
    ok(pair(site, second, PEER_2, mine, B, mode, 4));
    ok(
        site.apply(
            site.remove(first, Direction.OUTBOUND, PEER, mine, B),
            site.remove(first, Direction.INBOUND, first.spi(), mine, B)));
    End other = new End("198.51.100.1", "10.9.0.1");
    ok(
        site.apply(
            new PlaneChange.PutPolicy(
                Direction.OUTBOUND, Site.pair(mine, other), 9, new PolicyAction.Bypass())));
    site.emulator.device().fill(LinuxNetworking.SPD, 1000);
    assertThat(site.plane.snapshot(Site.LONG).toCompletableFuture().join().done()).isTrue();
    for (String how : List.of("check", "repair", "purge")) {
      ok(List.of(site.plane.reconcile(how, Site.LONG).toCompletableFuture().join()));
    }
    ok(
        site.apply(
            Site.hold(mine, B),
            site.remove(second, Direction.OUTBOUND, PEER_2, mine, B),
            site.remove(second, Direction.INBOUND, second.spi(), mine, B),
            new PlaneChange.RemovePolicy(Direction.OUTBOUND, Site.pair(mine, other)),
            new PlaneChange.RemovePolicy(Direction.OUTBOUND, Site.pair(mine, B))));
    assertThat(site.emulator.device().sas()).isEmpty();
    assertThat(site.plane.snapshot(Site.LONG).toCompletableFuture().join().value())
        .hasValueSatisfying(s -> assertThat(s.rows()).as("nothing is left").isEmpty());
  }

  @ParameterizedTest
  @EnumSource(IpsecMode.class)
  void everyMessageOfAWholeLifeKeepsTheRulesOfTheContract(IpsecMode mode) throws Exception {
    Site site = site(mode == IpsecMode.TRANSPORT);
    End mine = mode == IpsecMode.TUNNEL ? A : new End("192.0.2.1", "192.0.2.1");
    live(site, mode);
    try (var direct = new Direct(site.settings().p4runtime().port())) {
      program = direct.program();
    }
    assertThat(mine.outer()).isEqualTo("192.0.2.1");

    assertThat(recorder.connections).as("both services share an address").hasValue(1);
    assertThat(recorder.of(Recorder.STREAM)).as("one stream").hasSize(1);
    assertThat(recorder.of(Recorder.SUBSCRIBE)).as("one subscription").hasSize(1);
    assertThat(recorder.calls.stream().map(c -> c.method).collect(Collectors.toSet()))
        .as("it never pushes a program and asks for no capabilities")
        .containsOnly(
            Recorder.STREAM,
            Recorder.SUBSCRIBE,
            Recorder.WRITE,
            Recorder.READ,
            Recorder.PIPELINE,
            Recorder.GET,
            Recorder.SET);
    assertThat(recorder.calls)
        .filteredOn(c -> !c.method.equals(Recorder.STREAM) && !c.method.equals(Recorder.SUBSCRIBE))
        .isNotEmpty()
        .allSatisfy(c -> assertThat(c.limited).as("deadline of " + c.method).isTrue());

    Uint128 election = arbitration();
    for (Recorder.Call call : recorder.of(Recorder.WRITE)) {
      write(WriteRequest.parseFrom(call.messages.get(0)), election);
    }
    for (Recorder.Call call : recorder.of(Recorder.READ)) {
      read(ReadRequest.parseFrom(call.messages.get(0)));
    }
    for (Recorder.Call call : recorder.of(Recorder.PIPELINE)) {
      assertThat(GetForwardingPipelineConfigRequest.parseFrom(call.messages.get(0)).getDeviceId())
          .isEqualTo(1);
    }
    for (Recorder.Call call : recorder.of(Recorder.SET)) {
      set(SetRequest.parseFrom(call.messages.get(0)));
    }
    for (Recorder.Call call : recorder.of(Recorder.GET)) {
      get(GetRequest.parseFrom(call.messages.get(0)));
    }
    subscribed(SubscribeRequest.parseFrom(recorder.of(Recorder.SUBSCRIBE).get(0).messages.get(0)));
  }

  private Uint128 arbitration() throws Exception {
    MasterArbitrationUpdate said =
        StreamMessageRequest.parseFrom(recorder.of(Recorder.STREAM).get(0).messages.get(0))
            .getArbitration();
    assertThat(said.getDeviceId()).isEqualTo(1);
    assertThat(said.getRole().getName()).isEqualTo("ipsec-ss-plugin");
    P4RoleConfig config = said.getRole().getConfig().unpack(P4RoleConfig.class);
    assertThat(config.getExclusiveP4IdsList()).containsExactlyInAnyOrderElementsOf(ours().keySet());
    assertThat(config.getCanPushPipeline()).isFalse();
    assertThat(config.getReceivesPacketIns()).isFalse();
    assertThat(said.getElectionId().getHigh() & 0xFFFF_FFFFL).as("the priority").isEqualTo(7);
    return said.getElectionId();
  }

  private Map<Integer, Table> ours() {
    return program.getTablesList().stream()
        .filter(t -> OURS.contains(t.getPreamble().getAlias()))
        .collect(Collectors.toMap(t -> t.getPreamble().getId(), t -> t));
  }

  private void write(WriteRequest write, Uint128 election) {
    assertThat(write.getDeviceId()).isEqualTo(1);
    assertThat(write.getRole()).isEqualTo("ipsec-ss-plugin");
    assertThat(write.getElectionId()).isEqualTo(election);
    assertThat(write.getAtomicity()).isEqualTo(WriteRequest.Atomicity.CONTINUE_ON_ERROR);
    assertThat(write.getUpdatesCount()).isBetween(1, 100);
    for (Update update : write.getUpdatesList()) {
      assertThat(update.getEntity().hasTableEntry()).isTrue();
      row(update.getType(), update.getEntity().getTableEntry());
    }
  }

  private void row(Update.Type type, TableEntry row) {
    Table table = ours().get(row.getTableId());
    assertThat(table).as("a table of IPsec").isNotNull();
    assertThat(row.getPriority()).as("all matches are exact").isZero();
    assertThat(row.getIsDefaultAction()).isFalse();
    assertThat(row.getMatchCount()).as("none is left out").isEqualTo(table.getMatchFieldsCount());
    for (int i = 0; i < row.getMatchCount(); i++) {
      assertThat(row.getMatch(i).getFieldId()).isEqualTo(table.getMatchFields(i).getId());
      canonical(row.getMatch(i).getExact().getValue(), table.getMatchFields(i).getBitwidth());
    }
    if (type == Update.Type.DELETE) {
      assertThat(row.hasAction()).as("a delete has a key only").isFalse();
      return;
    }
    int id = row.getAction().getAction().getActionId();
    assertThat(table.getActionRefsList())
        .as("an action of this table")
        .anyMatch(r -> r.getId() == id);
    Action action =
        program.getActionsList().stream()
            .filter(a -> a.getPreamble().getId() == id)
            .findFirst()
            .orElseThrow();
    var params = row.getAction().getAction().getParamsList();
    assertThat(params).hasSize(action.getParamsCount());
    for (int i = 0; i < params.size(); i++) {
      assertThat(params.get(i).getParamId()).isEqualTo(action.getParams(i).getId());
      canonical(params.get(i).getValue(), action.getParams(i).getBitwidth());
    }
  }

  private static void canonical(ByteString value, int bits) {
    assertThat(value.size()).isBetween(1, (bits + 7) / 8);
    assertThat(value.size() == 1 || value.byteAt(0) != 0).as("shortest form").isTrue();
    assertThat(new java.math.BigInteger(1, value.toByteArray()).bitLength())
        .isLessThanOrEqualTo(bits);
  }

  private void read(ReadRequest read) {
    assertThat(read.getDeviceId()).isEqualTo(1);
    assertThat(read.getRole()).isEqualTo("ipsec-ss-plugin");
    read.getEntitiesList()
        .forEach(
            e ->
                assertThat(
                        e.hasTableEntry()
                            ? e.getTableEntry().getTableId()
                            : e.getDirectCounterEntry().getTableEntry().getTableId())
                    .isIn(ours().keySet()));
  }

  private static List<String> names(Path path) {
    assertThat(path.getOrigin()).isEmpty();
    return path.getElemList().stream().map(PathElem::getName).toList();
  }

  /** Paths that are too short, or deletes without a good key, end the real server. */
  private static void set(SetRequest set) throws Exception {
    assertThat(set.hasPrefix()).isFalse();
    assertThat(set.getReplaceCount()).isZero();
    assertThat(set.getUpdateCount() + set.getDeleteCount()).as("one SA, one answer").isEqualTo(1);
    Path path = set.getDeleteCount() == 1 ? set.getDelete(0) : set.getUpdate(0).getPath();
    assertThat(names(path)).containsExactly("ipsec-offload", "sad", "sad-entry", "config");
    Map<String, String> keys = path.getElem(2).getKeyMap();
    if (set.getDeleteCount() == 1) {
      assertThat(keys).containsOnlyKeys("offload-id", "direction");
      assertThat(Integer.parseInt(keys.get("offload-id"))).isBetween(1, 0xFFFFFF);
      assertThat(keys.get("direction")).isIn("0", "1");
      return;
    }
    TypedValue value = set.getUpdate(0).getVal();
    assertThat(value.getValueCase()).isEqualTo(TypedValue.ValueCase.PROTO_BYTES);
    IPsecSADBConfig sa =
        TextFormat.parse(value.getProtoBytes().toStringUtf8(), IPsecSADBConfig.class);
    assertThat(sa.getOffloadId()).isBetween(1, 0xFFFFFF);
    assertThat(sa.getReqId()).isEqualTo(2);
    assertThat(sa.getExtSeqNum()).isTrue();
    assertThat(sa.getAntiReplayWindowSize()).isEqualTo(64);
    assertThat(sa.getMode().getNumber()).as("the device's, whatever ours is").isZero();
    assertThat(sa.getEspPayload().getEncryption().getEncryptionAlgorithm()).isZero();
    assertThat(sa.getEspPayload().getEncryption().getKeyLen()).isEqualTo(36);
    assertThat(sa.getEspPayload().getEncryption().getKey())
        .matches("([0-9A-F]{2}:){35}[0-9A-F]{2}");
    if (sa.getDirection()) {
      assertThat(sa.getSpi() & 0xFFFFFF).as("inbound").isEqualTo(sa.getOffloadId());
    }
  }

  /** A parent path would allocate an SPI for nothing. */
  private static void get(GetRequest get) {
    assertThat(get.getEncoding()).isEqualTo(Encoding.PROTO);
    assertThat(get.getPathCount()).isEqualTo(1);
    assertThat(names(get.getPath(0))).containsExactly("ipsec-offload", "ipsec-spi", "rx-spi");
  }

  private static void subscribed(SubscribeRequest request) {
    SubscriptionList list = request.getSubscribe();
    assertThat(list.getMode()).isEqualTo(SubscriptionList.Mode.STREAM);
    assertThat(list.getSubscriptionCount()).isEqualTo(1);
    assertThat(list.getSubscription(0).getMode()).isEqualTo(SubscriptionMode.ON_CHANGE);
    assertThat(names(list.getSubscription(0).getPath()))
        .containsExactly("ipsec-offload", "sadb-expire");
  }

  /** Asks the device for its program without the controller. */
  private static final class Direct implements AutoCloseable {
    private final io.grpc.ManagedChannel channel;

    Direct(int port) {
      channel =
          io.grpc.netty.shaded.io.grpc.netty.NettyChannelBuilder.forAddress("127.0.0.1", port)
              .usePlaintext()
              .maxInboundMessageSize(64 << 20)
              .build();
    }

    P4Info program() {
      return P4RuntimeGrpc.newBlockingStub(channel)
          .getForwardingPipelineConfig(
              GetForwardingPipelineConfigRequest.newBuilder().setDeviceId(1).build())
          .getConfig()
          .getP4Info();
    }

    @Override
    public void close() {
      channel.shutdownNow();
    }
  }
}
