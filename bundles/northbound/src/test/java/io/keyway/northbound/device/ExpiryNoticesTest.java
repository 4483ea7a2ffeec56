package io.keyway.northbound.device;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import io.keyway.api.plane.PlaneEvent;
import io.keyway.api.sa.Generation;
import io.keyway.api.sa.Spi;
import io.keyway.northbound.Odl;
import io.keyway.northbound.Samples;
import io.keyway.northbound.Services;
import io.keyway.northbound.Streams;
import io.keyway.northbound.config.EntryKind;
import io.keyway.northbound.config.EntryRef;
import io.keyway.northbound.odl.ConfigPaths;
import java.net.URI;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.opendaylight.mdsal.binding.runtime.spi.BindingRuntimeHelpers;
import org.opendaylight.mdsal.dom.api.DOMNotificationService;
import org.opendaylight.mdsal.dom.broker.DOMMountPointServiceImpl;
import org.opendaylight.mdsal.dom.spi.FixedDOMSchemaService;
import org.opendaylight.restconf.server.api.DatabindContext;
import org.opendaylight.restconf.server.api.DatabindPath;
import org.opendaylight.restconf.server.mdsal.streams.devnotif.SubscribeDeviceNotificationRpc;
import org.opendaylight.restconf.server.spi.OperationInput;
import org.opendaylight.yang.gen.v1.http.openconfig.net.yang.ipsec.offload.norev.OpenconfigIpsecOffloadData;
import org.opendaylight.yang.gen.v1.http.openconfig.net.yang.ipsec.offload.norev.SadbExpire;
import org.opendaylight.yang.gen.v1.urn.keyway.ipsec.offload.rev261122.KeywayIpsecOffloadData;
import org.opendaylight.yang.gen.v1.urn.keyway.ipsec.rev261122.KeywayIpsecData;
import org.opendaylight.yang.gen.v1.urn.opendaylight.device.notification.rev240218.SubscribeDeviceNotification;
import org.opendaylight.yang.gen.v1.urn.opendaylight.device.notification.rev240218.SubscribeDeviceNotificationInput;
import org.opendaylight.yangtools.yang.common.QName;
import org.opendaylight.yangtools.yang.data.api.YangInstanceIdentifier;
import org.opendaylight.yangtools.yang.data.api.YangInstanceIdentifier.NodeIdentifier;
import org.opendaylight.yangtools.yang.data.spi.node.ImmutableNodes;
import org.opendaylight.yangtools.yang.model.api.EffectiveModelContext;
import org.opendaylight.yangtools.yang.model.api.stmt.RpcEffectiveStatement;
import org.opendaylight.yangtools.yang.model.util.SchemaInferenceStack;

/** Notifications of devices, read with OpenDaylight's own operation and streams. */
class ExpiryNoticesTest {

  private static final EffectiveModelContext DEVICE =
      BindingRuntimeHelpers.createEffectiveModel(
          OpenconfigIpsecOffloadData.class, KeywayIpsecOffloadData.class);
  private static final EffectiveModelContext CONTROLLER =
      BindingRuntimeHelpers.createEffectiveModel(
          KeywayIpsecData.class, SubscribeDeviceNotification.class);

  private final DOMMountPointServiceImpl mounts = new DOMMountPointServiceImpl();
  private final Streams streams = new Streams();
  private final Services services = new Services();
  private final DeviceMounts devices =
      new DeviceMounts(
          services, new ManualSas(services, "life"), mounts, new FixedDOMSchemaService(DEVICE));

  @BeforeEach
  void planes() {
    devices.planes(Set.of("ipu-1", "ipu-2"));
  }

  @AfterEach
  void stop() {
    devices.close();
  }

  private static YangInstanceIdentifier path(String plane) {
    return ConfigPaths.entry(new EntryRef(EntryKind.DATA_PLANE, plane));
  }

  /** What a POST to odl-device-notification:subscribe-device-notification does. */
  private String subscribe(String plane) throws Exception {
    var stack = SchemaInferenceStack.of(CONTROLLER);
    var rpc = (RpcEffectiveStatement) stack.enterSchemaTree(SubscribeDeviceNotification.QNAME);
    var output =
        new SubscribeDeviceNotificationRpc(streams, mounts)
            .invoke(
                URI.create("/rests/"),
                new OperationInput(
                    new DatabindPath.Rpc(
                        DatabindContext.ofModel(CONTROLLER), stack.toInference(), rpc),
                    ImmutableNodes.newContainerBuilder()
                        .withNodeIdentifier(
                            NodeIdentifier.create(SubscribeDeviceNotificationInput.QNAME))
                        .withChild(
                            ImmutableNodes.leafNode(
                                QName.create(SubscribeDeviceNotificationInput.QNAME, "path"),
                                path(plane)))
                        .build()))
            .getOrThrow();
    return output.body().iterator().next().body().toString();
  }

  private static PlaneEvent.Expired expired(String destination, boolean hard) {
    return new PlaneEvent.Expired(new Spi(0xC1234567L), Samples.address(destination), hard);
  }

  private static JsonObject next(Streams.Reader reader) throws Exception {
    String text = reader.heard.poll(10, TimeUnit.SECONDS);
    assertThat(text).as("a notification within 10 s").isNotNull();
    return JsonParser.parseString(text)
        .getAsJsonObject()
        .getAsJsonObject("ietf-restconf:notification");
  }

  @Test
  void anExpiryIsReadAsTheModelOfTheDeviceHasItFromTheStreamOfThatDeviceAlone() throws Exception {
    Streams.Reader one = new Streams.Reader();
    Streams.Reader two = new Streams.Reader();
    streams.read(subscribe("ipu-1"), one);
    streams.read(subscribe("ipu-2"), two);
    devices.happened("ipu-1", expired("192.0.2.1", false));
    devices.happened("ipu-2", expired("2001:db8::1", true));

    JsonObject soft = next(one);
    assertThat(soft.get("event-time").getAsString()).isNotEmpty();
    assertThat(soft.getAsJsonObject("openconfig-ipsec-offload:sadb-expire"))
        .isEqualTo(
            JsonParser.parseString(
                """
                {"ipsec-sa-spi": 3240314215, "soft-lifetime-expire": true,
                 "ipsec-sa-protocol": 50, "ipsec-sa-dest-address": "192.0.2.1",
                 "address-family": true}
                """));
    assertThat(next(two).getAsJsonObject("openconfig-ipsec-offload:sadb-expire"))
        .isEqualTo(
            JsonParser.parseString(
                """
                {"ipsec-sa-spi": 3240314215, "soft-lifetime-expire": false,
                 "ipsec-sa-protocol": 50, "ipsec-sa-dest-address": "2001:db8:0:0:0:0:0:1",
                 "address-family": false}
                """));
    assertThat(one.heard).isEmpty();
    assertThat(two.heard).isEmpty();
  }

  @Test
  void theModelOfTheDeviceHasTheNotificationItself() {
    assertThat(DEVICE.getNotifications()).anyMatch(n -> n.getQName().equals(SadbExpire.QNAME));
    assertThat(Odl.MODEL.getNotifications()).noneMatch(n -> n.getQName().equals(SadbExpire.QNAME));
  }

  @Test
  void otherEventsAndOtherPlanesAreNoNotificationsOfTheDevice() throws Exception {
    Streams.Reader reader = new Streams.Reader();
    streams.read(subscribe("ipu-1"), reader);
    devices.happened("ipu-1", new PlaneEvent.Up(new Generation(1)));
    devices.happened("ipu-9", expired("192.0.2.1", false));
    devices.happened("ipu-1", expired("192.0.2.9", true));
    assertThat(next(reader).toString()).contains("192.0.2.9");
  }

  @Test
  void theStreamEndsWithItsDataPlaneAndTheOthersGoOn() throws Exception {
    Streams.Reader one = new Streams.Reader();
    Streams.Reader two = new Streams.Reader();
    streams.read(subscribe("ipu-1"), one);
    streams.read(subscribe("ipu-2"), two);
    devices.planes(Set.of("ipu-2"));
    assertThat(one.ended.await(10, TimeUnit.SECONDS)).isTrue();
    devices.happened("ipu-1", expired("192.0.2.1", false));
    devices.happened("ipu-2", expired("192.0.2.2", false));
    assertThat(next(two).toString()).contains("192.0.2.2");
    assertThat(one.heard).isEmpty();
  }

  @Test
  void aReaderThatHangsHoldsUpNeitherTheDeviceNorTheOtherReaders() throws Exception {
    DOMNotificationService notices =
        mounts
            .getMountPoint(path("ipu-1"))
            .orElseThrow()
            .getService(DOMNotificationService.class)
            .orElseThrow();
    CountDownLatch hung = new CountDownLatch(1);
    CountDownLatch release = new CountDownLatch(1);
    AtomicInteger late = new AtomicInteger();
    var slow =
        notices.registerNotificationListener(
            event -> {
              hung.countDown();
              try {
                release.await();
              } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
              }
              late.incrementAndGet();
            },
            ExpiryNotices.TYPE);
    CountDownLatch all = new CountDownLatch(ExpiryNotices.DEPTH);
    notices.registerNotificationListener(event -> all.countDown(), ExpiryNotices.TYPE);
    devices.happened("ipu-1", expired("192.0.2.1", false));
    assertThat(hung.await(10, TimeUnit.SECONDS)).isTrue();
    for (int i = 1; i < 2 * ExpiryNotices.DEPTH; i++) {
      devices.happened("ipu-1", expired("192.0.2.1", false));
    }
    assertThat(all.await(10, TimeUnit.SECONDS)).isTrue();
    assertThat(late).hasValue(0);
    slow.close();
    release.countDown();
  }
}
