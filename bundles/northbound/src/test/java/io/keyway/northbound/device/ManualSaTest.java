package io.keyway.northbound.device;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.gson.stream.JsonReader;
import io.keyway.api.Outcome;
import io.keyway.api.Result;
import io.keyway.api.intent.IntentObject.PlaneConfig;
import io.keyway.api.intent.IntentSnapshot;
import io.keyway.api.intent.IntentStore;
import io.keyway.api.plane.DataPlane;
import io.keyway.api.sa.Direction;
import io.keyway.api.sa.Endpoints;
import io.keyway.api.sa.Generation;
import io.keyway.api.sa.IpsecMode;
import io.keyway.api.sa.Owner;
import io.keyway.api.sa.SaId;
import io.keyway.api.sa.SaKeys;
import io.keyway.api.sa.SadService;
import io.keyway.api.sa.SecurityAssociation;
import io.keyway.api.sa.SpiLease;
import io.keyway.api.sa.Usage;
import io.keyway.northbound.Fakes;
import io.keyway.northbound.Odl;
import io.keyway.northbound.Services;
import io.keyway.northbound.States;
import java.io.IOException;
import java.io.StringReader;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.opendaylight.mdsal.binding.runtime.spi.BindingRuntimeHelpers;
import org.opendaylight.mdsal.common.api.LogicalDatastoreType;
import org.opendaylight.mdsal.dom.api.DOMDataTreeReadWriteTransaction;
import org.opendaylight.yang.gen.v1.http.openconfig.net.yang.ipsec.offload.norev.OpenconfigIpsecOffloadData;
import org.opendaylight.yang.gen.v1.urn.keyway.ipsec.offload.rev261122.KeywayIpsecOffloadData;
import org.opendaylight.yangtools.yang.common.QName;
import org.opendaylight.yangtools.yang.common.Uint32;
import org.opendaylight.yangtools.yang.data.api.YangInstanceIdentifier;
import org.opendaylight.yangtools.yang.data.api.YangInstanceIdentifier.NodeIdentifierWithPredicates;
import org.opendaylight.yangtools.yang.data.api.schema.MapEntryNode;
import org.opendaylight.yangtools.yang.data.api.schema.MapNode;
import org.opendaylight.yangtools.yang.data.codec.gson.JSONCodecFactorySupplier;
import org.opendaylight.yangtools.yang.data.codec.gson.JsonParserStream;
import org.opendaylight.yangtools.yang.data.impl.schema.ImmutableNormalizedNodeStreamWriter;
import org.opendaylight.yangtools.yang.data.impl.schema.NormalizationResultHolder;
import org.opendaylight.yangtools.yang.model.api.EffectiveModelContext;
import org.opendaylight.yangtools.yang.model.util.SchemaInferenceStack;

/** SAs by hand, as RESTCONF brings them to the mount point. */
class ManualSaTest {

  private static final EffectiveModelContext MODEL =
      BindingRuntimeHelpers.createEffectiveModel(
          OpenconfigIpsecOffloadData.class, KeywayIpsecOffloadData.class);
  private static final LogicalDatastoreType CONFIG = LogicalDatastoreType.CONFIGURATION;
  private static final QName ENTRY = QName.create(DeviceTree.ROOT, "sad-entry");
  private static final String KEY =
      "00:01:02:03:04:05:06:07:08:09:0a:0b:0c:0d:0e:0f:10:11:12:13:14:15:16:17:18:19:1a:1b:1c:1d:"
          + "1e:1f:20:21:22:23";

  private final Services services = new Services();
  private final ManualSas sas = new ManualSas(services, "life-1");
  private final DeviceBroker broker = new DeviceBroker(new DeviceReader(services, "ipu-1"), sas);
  private final List<SadService.Entry> entries = new ArrayList<>();
  private final List<String> keys = new ArrayList<>();
  private final SpiLease lease = States.lease("ipu-1", 0xC1234567L);
  private Outcome answer = Outcome.ok();
  private CallerRole.Scope role = CallerRole.of(() -> true);

  /** Notes what comes, and holds it as installed. */
  public final class Sad {
    public List<SadService.Entry> entries() {
      return List.copyOf(entries);
    }

    public CompletionStage<Result<SpiLease>> reserve(String plane, Duration timeout) {
      return CompletableFuture.completedFuture(Result.ok(lease));
    }

    public CompletionStage<Outcome> add(SecurityAssociation sa, SaKeys given, Duration timeout) {
      keys.add(given.encryption().read(HexFormat.of()::formatHex));
      given.close();
      if (answer.done()) {
        entries.add(new SadService.Entry(sa, "installed", new Generation(3)));
      }
      return CompletableFuture.completedFuture(answer);
    }

    public CompletionStage<Outcome> remove(SaId id, Duration timeout) {
      entries.removeIf(entry -> entry.sa().id().equals(id));
      return CompletableFuture.completedFuture(answer);
    }

    public CompletionStage<Map<SaId, Usage>> usage(Collection<SaId> wanted, Duration timeout) {
      return CompletableFuture.completedFuture(Map.of());
    }
  }

  @BeforeEach
  void services() {
    services.sad.set(Fakes.of(SadService.class, new Sad()));
    allow(true);
    services.add(
        Fakes.of(
            DataPlane.class,
            new Object() {
              public String name() {
                return "ipu-1";
              }

              public Generation generation() {
                return new Generation(3);
              }
            }));
  }

  private void allow(boolean manual) {
    IntentSnapshot snapshot =
        new IntentSnapshot(
            1,
            Map.of(),
            Map.of(),
            Map.of(),
            Map.of(),
            Map.of(),
            Map.of("ipu-1", new PlaneConfig("ipu-1", "infrap4d", Map.of(), manual)),
            Map.of());
    services.intents.set(
        Fakes.of(
            IntentStore.class,
            new Object() {
              public IntentSnapshot snapshot() {
                return snapshot;
              }
            }));
  }

  @AfterEach
  void end() {
    role.close();
  }

  private static YangInstanceIdentifier path(long index, boolean egress) {
    return YangInstanceIdentifier.of(DeviceTree.ROOT)
        .node(QName.create(DeviceTree.ROOT, "sad"))
        .node(ENTRY)
        .node(
            NodeIdentifierWithPredicates.of(
                ENTRY,
                Map.of(
                    QName.create(DeviceTree.ROOT, "offload-id"),
                    Uint32.valueOf(index),
                    QName.create(DeviceTree.ROOT, "direction"),
                    egress)));
  }

  private String config(boolean egress, long spi) {
    return """
        {"offload-id": %d, "direction": %s, "spi": %d, "mode": "tunnel",
         "esp-sa": {"encryption": {"encryption-algorithm": 20, "key": "%s", "key-len": 36}},
         "sa-lifetime-hard": {"bytes": "1000000"}, "sa-lifetime-soft": {"bytes": "900000"}}
        """
        .formatted(lease.index(), egress, spi, KEY);
  }

  private MapEntryNode entry(boolean egress, String config) throws IOException {
    String json =
        """
        {"openconfig-ipsec-offload:sad-entry": [
          {"offload-id": %d, "direction": %s, "config": %s}]}
        """
            .formatted(lease.index(), egress, config);
    NormalizationResultHolder result = new NormalizationResultHolder();
    SchemaInferenceStack stack = SchemaInferenceStack.of(MODEL);
    stack.enterDataTree(DeviceTree.ROOT);
    stack.enterDataTree(QName.create(DeviceTree.ROOT, "sad"));
    try (var parser =
        JsonParserStream.create(
            ImmutableNormalizedNodeStreamWriter.from(result),
            JSONCodecFactorySupplier.RFC7951.getShared(MODEL),
            stack.toInference())) {
      parser.parse(new JsonReader(new StringReader(json)));
    }
    return ((MapNode) result.getResult().data()).body().iterator().next();
  }

  private void put(boolean egress, String config) throws IOException {
    DOMDataTreeReadWriteTransaction transaction = broker.newReadWriteTransaction();
    transaction.put(CONFIG, path(lease.index(), egress), entry(egress, config));
    transaction.commit();
  }

  private void reserve() {
    assertThat(sas.reserve("ipu-1", Duration.ofSeconds(1)).toCompletableFuture().join().value())
        .contains(lease);
  }

  private String state() throws Exception {
    return Odl.json(
        MODEL,
        broker
            .newReadOnlyTransaction()
            .read(LogicalDatastoreType.OPERATIONAL, YangInstanceIdentifier.of(DeviceTree.ROOT))
            .get()
            .orElseThrow());
  }

  @Test
  void aPairGoesToTheSadUnderItsReservedIndexWithoutAddresses() throws Exception {
    reserve();
    put(false, config(false, lease.spi().value()));
    put(true, config(true, 0xC7654321L));
    assertThat(keys).hasSize(2).allMatch(KEY.replace(":", "")::equals);
    SecurityAssociation in = entries.get(0).sa();
    SecurityAssociation out = entries.get(1).sa();
    assertThat(in.id().direction()).isEqualTo(Direction.INBOUND);
    assertThat(out.id().direction()).as("true is egress").isEqualTo(Direction.OUTBOUND);
    assertThat(out.id().spi().value()).isEqualTo(0xC7654321L);
    assertThat(in.child()).isEqualTo(out.child());
    assertThat(in.child().owner()).isEqualTo(new Owner(Owner.MANUAL, "life-1"));
    assertThat(in.endpoints()).isEqualTo(Endpoints.NONE);
    assertThat(in.mode()).isEqualTo(IpsecMode.TUNNEL);
    assertThat(in.esn()).as("the model's default").isTrue();
    assertThat(in.replayWindow()).as("the model's default").isEqualTo(64);
    assertThat(in.lifetime().hard().bytes()).isEqualTo(1_000_000);
    assertThat(state()).contains("installation\":\"installed\"", "\"key\":\"\"");
  }

  @Test
  void withoutTheSwitchOrTheRoleNobodyWritesOrReserves() {
    allow(false);
    assertThatThrownBy(broker::newReadWriteTransaction)
        .hasMessageContaining("data plane 'ipu-1': manual SAs are not enabled");
    assertThat(sas.refusal("ipu-1")).isPresent();
    allow(true);
    assertThat(sas.refusal("ipu-1")).isEmpty();
    role.close();
    assertThatThrownBy(broker::newReadWriteTransaction)
        .hasMessageContaining("you do not have the role manual-sa");
    role = CallerRole.of(() -> false);
    assertThatThrownBy(broker::newWriteOnlyTransaction).hasMessageContaining("role manual-sa");
    assertThat(
            sas.reserve("ipu-1", Duration.ofSeconds(1))
                .toCompletableFuture()
                .join()
                .outcome()
                .kind())
        .isEqualTo(Outcome.Kind.REFUSED);
    services.intents.set(null);
    assertThatThrownBy(broker::newReadWriteTransaction).hasMessageContaining("not enabled");
  }

  @Test
  void anIndexThatWasNotReservedIsRefusedWithTheWayToGetOne() {
    assertThatThrownBy(() -> put(false, config(false, lease.spi().value())))
        .hasMessageContaining("is not reserved")
        .hasMessageContaining("reserve-spi");
    assertThat(keys).isEmpty();
  }

  @Test
  void theInboundSpiIsTheReservedOne() {
    reserve();
    assertThatThrownBy(() -> put(false, config(false, 0xC7654321L)))
        .hasMessageContaining("has the spi 3240314215");
    assertThat(keys).isEmpty();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "\"offload-id\": 2311527      | \"offload-id\": 5             | of the path .* differ",
        "\"direction\": false         | \"direction\": true           | of the path .* differ",
        "\"spi\": 3240314215          | \"spi\": 255                  | is reserved",
        "\"spi\": 3240314215,         | ''                            | spi is missing",
        "\"encryption-algorithm\": 20 | \"encryption-algorithm\": 12  | 12 .* cannot work",
        "\"encryption-algorithm\": 20,| ''                            | 12 .* default, cannot work",
        "\"encryption-algorithm\": 20 | \"encryption-algorithm\": 21  | 21 is not there",
        "\"key-len\": 36              | \"key-len\": 32               | 32 is not possible",
        "\"key-len\": 36              | \"key-len\": 20               | key has 36 octets",
        "00:01:                       | ''                            | key has 34 octets",
        "\"mode\": \"tunnel\"         | \"req-id\": \"7\"             | req-id cannot be chosen",
        "\"mode\": \"tunnel\"         | \"ext-seq-num\": false, \"sa-lifetime-hard\": {}"
            + " | without ext-seq-num",
        "\"bytes\": \"1000000\"       | \"time\": 3600                | time is not kept",
        "\"bytes\": \"1000000\"       | \"idle\": 60                  | idle is not kept",
        "\"bytes\": \"1000000\"       | \"packets\": 5                | packets is not kept",
        "\"bytes\": \"900000\"        | \"bytes\": \"2000000\"        | soft/bytes is above",
      })
  void whatCannotWorkIsRefusedByName(String what, String instead, String why) {
    reserve();
    String config = config(false, lease.spi().value());
    assertThat(config).contains(what);
    String changed = config.replace(what, instead);
    if (instead.contains("sa-lifetime-hard")) {
      changed = changed.replace("\"sa-lifetime-hard\": {\"bytes\": \"1000000\"},", "");
    }
    String bad = changed;
    assertThatThrownBy(() -> put(false, bad))
        .hasMessageMatching("(?s).*data plane 'ipu-1': .*" + why + ".*")
        .hasMessageNotContaining("0a:0b");
    assertThat(keys).isEmpty();
  }

  @Test
  void anEntryThatIsThereIsNotWrittenAgain() throws Exception {
    reserve();
    put(false, config(false, lease.spi().value()));
    assertThatThrownBy(() -> put(false, config(false, lease.spi().value())))
        .hasMessageContaining("already (installed)");
    assertThat(keys).hasSize(1);
  }

  @Test
  void whatTheSadRefusesIsToldInItsWords() {
    reserve();
    answer = Outcome.refused("burnt: this key was written for an SA before");
    assertThatThrownBy(() -> put(false, config(false, lease.spi().value())))
        .hasMessageContaining("burnt: this key");
    assertThat(sas.refusal("ipu-1")).as("others are not locked out").isEmpty();
  }

  @Test
  void deletingRemovesWhatWasWrittenByHandAndNothingElse() throws Exception {
    reserve();
    put(true, config(true, 0xC7654321L));
    entries.add(States.entry("ipu-1", Direction.INBOUND, 0xC1234567L, "installed"));
    DOMDataTreeReadWriteTransaction ike = broker.newReadWriteTransaction();
    ike.delete(CONFIG, path(lease.index(), false));
    assertThatThrownBy(ike::commit).hasMessageContaining("was negotiated for t/udp");
    DOMDataTreeReadWriteTransaction own = broker.newReadWriteTransaction();
    own.delete(CONFIG, path(lease.index(), true));
    own.commit();
    assertThat(entries).extracting(e -> e.sa().id().direction()).containsExactly(Direction.INBOUND);
    DOMDataTreeReadWriteTransaction gone = broker.newReadWriteTransaction();
    gone.delete(CONFIG, path(lease.index(), true));
    assertThatThrownBy(gone::commit).hasMessageContaining("no such SA");
  }

  @Test
  void anSaThatLostItsDeviceStaysAndSaysThatItNeedsANewKey() throws Exception {
    reserve();
    put(true, config(true, 0xC7654321L));
    SecurityAssociation sa = entries.remove(0).sa();
    entries.add(new SadService.Entry(sa, "burnt", new Generation(3)));
    entries.add(States.entry("ipu-1", Direction.INBOUND, 0xC1234567L, "burnt"));
    assertThat(state())
        .contains("installation\":\"needs-new-key\"", "\"spi\":3345302305")
        .doesNotContain("\"spi\":3240314215");
    DOMDataTreeReadWriteTransaction away = broker.newReadWriteTransaction();
    away.delete(CONFIG, path(lease.index(), true));
    away.commit();
    assertThat(entries).hasSize(1);
  }

  @Test
  void onlyOneWholeEntryAtATimeCanBeWritten() throws Exception {
    reserve();
    MapEntryNode entry = entry(false, config(false, lease.spi().value()));
    DOMDataTreeReadWriteTransaction transaction = broker.newReadWriteTransaction();
    assertThatThrownBy(
            () -> transaction.put(CONFIG, YangInstanceIdentifier.of(DeviceTree.ROOT), entry))
        .hasMessageContaining("name one sad-entry");
    assertThatThrownBy(() -> transaction.delete(CONFIG, YangInstanceIdentifier.of(DeviceTree.ROOT)))
        .hasMessageContaining("name one sad-entry");
    assertThatThrownBy(() -> transaction.merge(CONFIG, path(lease.index(), false), entry))
        .hasMessageContaining("cannot be changed");
    transaction.put(CONFIG, path(lease.index(), false), entry);
    assertThatThrownBy(() -> transaction.put(CONFIG, path(lease.index(), false), entry))
        .hasMessageContaining("one by one");
    assertThat(transaction.cancel()).isTrue();
    assertThat(keys).isEmpty();
  }
}
