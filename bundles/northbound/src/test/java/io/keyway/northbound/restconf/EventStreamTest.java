package io.keyway.northbound.restconf;

import static org.assertj.core.api.Assertions.assertThat;

import io.keyway.northbound.Odl;
import io.keyway.northbound.Streams;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.opendaylight.mdsal.dom.api.DOMNotification;
import org.opendaylight.mdsal.dom.broker.DOMNotificationRouter;
import org.opendaylight.yang.gen.v1.urn.keyway.ipsec.rev261122.TunnelUp;
import org.opendaylight.yangtools.concepts.Registration;
import org.opendaylight.yangtools.yang.common.QName;
import org.opendaylight.yangtools.yang.data.api.YangInstanceIdentifier.NodeIdentifier;
import org.opendaylight.yangtools.yang.data.api.schema.ContainerNode;
import org.opendaylight.yangtools.yang.data.spi.node.ImmutableNodes;
import org.opendaylight.yangtools.yang.model.api.stmt.SchemaNodeIdentifier;

class EventStreamTest {

  private final Streams registry = new Streams();
  private final DOMNotificationRouter router = new DOMNotificationRouter(16);
  private final EventStream events =
      new EventStream(registry, router.notificationService(), () -> Odl.MODEL);

  @AfterEach
  void stop() {
    events.close();
    router.close();
  }

  @Test
  void readersGetEveryNotification() throws Exception {
    Streams.Reader reader = new Streams.Reader();
    Registration reading = registry.read(registry.only(), reader);
    publish("t");
    assertThat(reader.heard.poll(10, TimeUnit.SECONDS))
        .contains("\"keyway-ipsec:tunnel-up\"", "\"tunnel\":\"t\"");
    reading.close();
  }

  @Test
  void readersFindTheStreamUnderAnAddressThatHoldsEverywhere() {
    assertThat(registry.listed.values().toString())
        .contains(EventStream.DESCRIPTION, "/rests/streams/json/urn:uuid:")
        .doesNotContain("https:");
  }

  @Test
  void whenTheLastReaderLeavesThereIsANewStream() throws Exception {
    String before = registry.only();
    registry.read(before, new Streams.Reader()).close();
    assertThat(registry.only()).isNotEqualTo(before);
    Streams.Reader reader = new Streams.Reader();
    registry.read(registry.only(), reader);
    publish("u");
    assertThat(reader.heard.poll(10, TimeUnit.SECONDS)).contains("\"tunnel\":\"u\"");
  }

  @Test
  void afterTheEndThereIsNoStreamLeft() {
    events.close();
    assertThat(registry.listed).isEmpty();
  }

  private void publish(String tunnel) throws Exception {
    ContainerNode body =
        ImmutableNodes.newContainerBuilder()
            .withNodeIdentifier(NodeIdentifier.create(TunnelUp.QNAME))
            .withChild(ImmutableNodes.leafNode(QName.create(TunnelUp.QNAME, "tunnel"), tunnel))
            .build();
    router
        .notificationPublishService()
        .putNotification(
            new DOMNotification() {
              @Override
              public SchemaNodeIdentifier.Absolute getType() {
                return SchemaNodeIdentifier.Absolute.of(TunnelUp.QNAME);
              }

              @Override
              public ContainerNode getBody() {
                return body;
              }
            });
  }
}
