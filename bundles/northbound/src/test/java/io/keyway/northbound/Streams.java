package io.keyway.northbound;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.common.util.concurrent.Futures;
import com.google.common.util.concurrent.ListenableFuture;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import org.opendaylight.restconf.server.api.EventStreamGetParams;
import org.opendaylight.restconf.server.spi.AbstractRestconfStreamRegistry;
import org.opendaylight.restconf.server.spi.RestconfStream;
import org.opendaylight.yangtools.concepts.Registration;
import org.opendaylight.yangtools.yang.data.api.YangInstanceIdentifier.NodeIdentifierWithPredicates;
import org.opendaylight.yangtools.yang.data.api.schema.MapEntryNode;

/** RESTCONF's registry of streams, with its list in memory. */
public final class Streams extends AbstractRestconfStreamRegistry {

  /** What RESTCONF shows of them. */
  public final Map<NodeIdentifierWithPredicates, MapEntryNode> listed = new LinkedHashMap<>();

  public Streams() {
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

  /** The name of the only one. */
  public String only() {
    List<String> names = new ArrayList<>();
    listed.keySet().forEach(name -> names.add(name.values().iterator().next().toString()));
    assertThat(names).hasSize(1);
    return names.get(0);
  }

  /** Whoever opened a stream. */
  public static final class Reader implements RestconfStream.Sender {
    public final BlockingQueue<String> heard = new LinkedBlockingQueue<>();
    public final CountDownLatch ended = new CountDownLatch(1);

    @Override
    public void sendDataMessage(String data) {
      heard.add(data);
    }

    @Override
    public void endOfStream() {
      ended.countDown();
    }
  }

  /** Opens a stream as a GET does that takes JSON. */
  public Registration read(String name, Reader reader) throws Exception {
    return lookupStream(name)
        .addSubscriber(
            reader,
            RestconfStream.EncodingName.RFC8040_JSON,
            new EventStreamGetParams(null, null, null, null, null, null, null));
  }
}
