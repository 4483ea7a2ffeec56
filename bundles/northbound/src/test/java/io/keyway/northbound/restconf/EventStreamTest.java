package io.keyway.northbound.restconf;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.common.util.concurrent.Futures;
import com.google.common.util.concurrent.ListenableFuture;
import io.keyway.northbound.Odl;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.opendaylight.mdsal.dom.api.DOMNotification;
import org.opendaylight.mdsal.dom.broker.DOMNotificationRouter;
import org.opendaylight.restconf.server.api.EventStreamGetParams;
import org.opendaylight.restconf.server.spi.AbstractRestconfStreamRegistry;
import org.opendaylight.restconf.server.spi.RestconfStream;
import org.opendaylight.yang.gen.v1.urn.keyway.ipsec.rev261122.TunnelUp;
import org.opendaylight.yangtools.concepts.Registration;
import org.opendaylight.yangtools.yang.common.QName;
import org.opendaylight.yangtools.yang.data.api.YangInstanceIdentifier.NodeIdentifier;
import org.opendaylight.yangtools.yang.data.api.YangInstanceIdentifier.NodeIdentifierWithPredicates;
import org.opendaylight.yangtools.yang.data.api.schema.ContainerNode;
import org.opendaylight.yangtools.yang.data.api.schema.MapEntryNode;
import org.opendaylight.yangtools.yang.data.spi.node.ImmutableNodes;
import org.opendaylight.yangtools.yang.model.api.stmt.SchemaNodeIdentifier;

class EventStreamTest {

  private final Registry registry = new Registry();
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
    Reader reader = new Reader();
    Registration reading = read(registry.only(), reader);
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
    read(before, new Reader()).close();
    assertThat(registry.only()).isNotEqualTo(before);
    Reader reader = new Reader();
    read(registry.only(), reader);
    publish("u");
    assertThat(reader.heard.poll(10, TimeUnit.SECONDS)).contains("\"tunnel\":\"u\"");
  }

  @Test
  void afterTheEndThereIsNoStreamLeft() {
    events.close();
    assertThat(registry.listed).isEmpty();
  }

  private Registration read(String name, Reader reader) throws Exception {
    return registry
        .lookupStream(name)
        .addSubscriber(
            reader,
            RestconfStream.EncodingName.RFC8040_JSON,
            new EventStreamGetParams(null, null, null, null, null, null, null));
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

  private static final class Reader implements RestconfStream.Sender {
    private final BlockingQueue<String> heard = new LinkedBlockingQueue<>();

    @Override
    public void sendDataMessage(String data) {
      heard.add(data);
    }

    @Override
    public void endOfStream() {
      // the test leaves by itself
    }
  }

  /** RESTCONF's registry, with its list in memory. */
  private static final class Registry extends AbstractRestconfStreamRegistry {
    private final Map<NodeIdentifierWithPredicates, MapEntryNode> listed = new LinkedHashMap<>();

    Registry() {
      // Server-sent events, as in the distribution.
      super(false);
    }

    @Override
    protected ListenableFuture<?> putStream(MapEntryNode stream) {
      listed.put(stream.name(), stream);
      return Futures.immediateVoidFuture();
    }

    @Override
    protected ListenableFuture<?> deleteStream(NodeIdentifierWithPredicates stream) {
      listed.remove(stream);
      return Futures.immediateVoidFuture();
    }

    String only() {
      List<String> names = new ArrayList<>();
      listed.keySet().forEach(name -> names.add(name.values().iterator().next().toString()));
      assertThat(names).hasSize(1);
      return names.get(0);
    }
  }
}
