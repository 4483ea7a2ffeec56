package io.keyway.northbound.device;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatRuntimeException;

import io.keyway.api.sa.Direction;
import io.keyway.api.sa.SaId;
import io.keyway.api.sa.SadService;
import io.keyway.api.sa.Usage;
import io.keyway.northbound.Fakes;
import io.keyway.northbound.Odl;
import io.keyway.northbound.Services;
import io.keyway.northbound.States;
import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.opendaylight.mdsal.binding.runtime.spi.BindingRuntimeHelpers;
import org.opendaylight.mdsal.common.api.LogicalDatastoreType;
import org.opendaylight.yang.gen.v1.http.openconfig.net.yang.ipsec.offload.norev.OpenconfigIpsecOffloadData;
import org.opendaylight.yang.gen.v1.urn.keyway.ipsec.offload.rev261122.KeywayIpsecOffloadData;
import org.opendaylight.yangtools.yang.common.QName;
import org.opendaylight.yangtools.yang.data.api.YangInstanceIdentifier;
import org.opendaylight.yangtools.yang.data.api.schema.NormalizedNode;
import org.opendaylight.yangtools.yang.model.api.EffectiveModelContext;

class DeviceBrokerTest {

  private static final EffectiveModelContext MODEL =
      BindingRuntimeHelpers.createEffectiveModel(
          OpenconfigIpsecOffloadData.class, KeywayIpsecOffloadData.class);
  private static final YangInstanceIdentifier ROOT = YangInstanceIdentifier.of(DeviceTree.ROOT);

  private final Services services = new Services();
  private final DeviceBroker broker =
      new DeviceBroker(new DeviceReader(services, "ipu-1"), new ManualSas(services, "life"));
  private CompletionStage<Map<SaId, Usage>> usage =
      CompletableFuture.completedFuture(
          Map.of(States.sa("ipu-1", Direction.OUTBOUND, 0xC7654321L).id(), Usage.of(7, 700)));

  @BeforeEach
  void theSad() {
    services.sad.set(
        Fakes.of(
            SadService.class,
            new Object() {
              public List<SadService.Entry> entries() {
                return List.of(
                    States.entry("ipu-1", Direction.INBOUND, 0xC1234567L, "installed"),
                    States.entry("ipu-1", Direction.OUTBOUND, 0xC7654321L, "installed"),
                    States.entry("ipu-1", Direction.OUTBOUND, 0xC0000001L, "installing"),
                    States.entry("ipu-2", Direction.OUTBOUND, 0xC0000002L, "installed"));
              }

              public CompletionStage<Map<SaId, Usage>> usage(
                  Collection<SaId> sas, Duration timeout) {
                return usage;
              }

              // No reserve(): a read that allocated an SPI would fail the test.
            }));
  }

  @Test
  void showsWhatIsInstalledOnTheDeviceWithEmptyKeys() throws Exception {
    String json = json(LogicalDatastoreType.CONFIGURATION);
    assertThat(json)
        .contains(
            "\"offload-id\":2311527",
            "\"direction\":false",
            "\"direction\":true",
            "\"spi\":3240314215",
            "\"spi\":3345302305",
            "\"encryption-algorithm\":20",
            "\"key\":\"\"",
            "\"key-len\":36",
            "\"mode\":\"tunnel\"",
            "\"protocol-parameters\":\"esp\"",
            "\"sa-lifetime-hard\":{",
            "\"packets\":4294967295")
        .doesNotContain("3221225473", "3221225474", "rx-spi", "counters", "\"state\"");
  }

  @Test
  void countersAreShownInTheState() throws Exception {
    assertThat(json(LogicalDatastoreType.OPERATIONAL))
        .contains("\"counters\":{\"bytes-processed\":\"700\",\"pkts-processed\":\"7\"}")
        .doesNotContain("\"config\"");
  }

  @Test
  void aDeviceThatCannotCountNowStillShowsItsSas() throws Exception {
    usage = CompletableFuture.failedFuture(new IllegalStateException("down"));
    assertThat(json(LogicalDatastoreType.OPERATIONAL))
        .contains("\"spi\":3345302305")
        .doesNotContain("counters");
  }

  @Test
  void readingRxSpiFindsNothingAndAllocatesNothing() throws Exception {
    YangInstanceIdentifier rxSpi =
        ROOT.node(QName.create(DeviceTree.ROOT, "ipsec-spi"))
            .node(QName.create(DeviceTree.ROOT, "rx-spi"));
    for (LogicalDatastoreType store : LogicalDatastoreType.values()) {
      assertThat(broker.newReadOnlyTransaction().read(store, rxSpi).get()).isEmpty();
      assertThat(broker.newReadOnlyTransaction().exists(store, rxSpi).get()).isFalse();
    }
  }

  @Test
  void theRootAndSingleEntriesCanBeRead() throws Exception {
    var read = broker.newReadOnlyTransaction();
    assertThat(read.read(LogicalDatastoreType.CONFIGURATION, YangInstanceIdentifier.of()).get())
        .isPresent();
    assertThat(read.exists(LogicalDatastoreType.CONFIGURATION, ROOT).get()).isTrue();
  }

  @Test
  void withoutTheSadThereIsAnEmptyDevice() throws Exception {
    services.sad.set(null);
    assertThat(json(LogicalDatastoreType.CONFIGURATION)).doesNotContain("sad-entry\":[{");
  }

  @Test
  void writingIsRefusedWithAReason() {
    assertThatRuntimeException()
        .isThrownBy(broker::newReadWriteTransaction)
        .satisfies(
            e -> assertThat(e.getClass().getSimpleName()).isEqualTo("RestconfDocumentedException"))
        .withMessageContaining("data plane 'ipu-1': manual SAs are not enabled");
    assertThatRuntimeException().isThrownBy(broker::newWriteOnlyTransaction);
    assertThatRuntimeException().isThrownBy(broker::createTransactionChain);
    assertThatRuntimeException().isThrownBy(broker::createMergingTransactionChain);
  }

  private String json(LogicalDatastoreType store) throws Exception {
    Optional<NormalizedNode> node = broker.newReadOnlyTransaction().read(store, ROOT).get();
    return Odl.json(MODEL, node.orElseThrow());
  }
}
