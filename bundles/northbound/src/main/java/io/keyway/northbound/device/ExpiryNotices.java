package io.keyway.northbound.device;

import io.keyway.api.plane.PlaneEvent;
import java.net.Inet4Address;
import java.time.Instant;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.opendaylight.mdsal.dom.api.DOMEvent;
import org.opendaylight.mdsal.dom.api.DOMNotification;
import org.opendaylight.mdsal.dom.api.DOMNotificationListener;
import org.opendaylight.mdsal.dom.api.DOMNotificationService;
import org.opendaylight.yang.gen.v1.http.openconfig.net.yang.ipsec.offload.norev.SadbExpire;
import org.opendaylight.yangtools.concepts.Registration;
import org.opendaylight.yangtools.yang.common.QName;
import org.opendaylight.yangtools.yang.common.Uint32;
import org.opendaylight.yangtools.yang.common.Uint8;
import org.opendaylight.yangtools.yang.data.api.YangInstanceIdentifier.NodeIdentifier;
import org.opendaylight.yangtools.yang.data.api.schema.ContainerNode;
import org.opendaylight.yangtools.yang.data.spi.node.ImmutableNodes;
import org.opendaylight.yangtools.yang.model.api.stmt.SchemaNodeIdentifier.Absolute;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The notifications of one device: {@code sadb-expire}. Each listener has a queue of its own, as
 * deep as infrap4d's, so that a slow one misses events and holds up nobody.
 */
final class ExpiryNotices implements DOMNotificationService, AutoCloseable {

  static final Absolute TYPE = Absolute.of(SadbExpire.QNAME);

  private static final Logger LOG = LoggerFactory.getLogger(ExpiryNotices.class);

  /** Events that wait for one listener. */
  static final int DEPTH = 256;

  /** IP protocol of the packet that brought the SA to its limit. */
  private static final Uint8 ESP = Uint8.valueOf(50);

  private final String plane;
  private final List<Reader> readers = new CopyOnWriteArrayList<>();

  ExpiryNotices(String plane) {
    this.plane = plane;
  }

  /** One event; {@link DOMEvent} carries its time to the reader. */
  private record Notice(ContainerNode getBody, Instant getEventInstant)
      implements DOMNotification, DOMEvent {
    @Override
    public Absolute getType() {
      return TYPE;
    }
  }

  private final class Reader implements Registration {
    private final DOMNotificationListener listener;
    private final AtomicInteger lost = new AtomicInteger();
    // Its thread ends when there is nothing to tell.
    private final ExecutorService thread =
        new ThreadPoolExecutor(
            0,
            1,
            10,
            TimeUnit.SECONDS,
            new ArrayBlockingQueue<>(DEPTH),
            task -> {
              Thread made = new Thread(task, "keyway-expiries-" + plane);
              made.setDaemon(true);
              return made;
            });

    Reader(DOMNotificationListener listener) {
      this.listener = listener;
    }

    void tell(Notice notice) {
      try {
        thread.execute(() -> deliver(notice));
      } catch (RejectedExecutionException e) {
        if (!thread.isShutdown() && lost.getAndIncrement() == 0) {
          LOG.warn("A reader of sadb-expire of data plane {} is too slow and misses some", plane);
        }
      }
    }

    private void deliver(Notice notice) {
      int missed = lost.getAndSet(0);
      if (missed > 0) {
        LOG.warn("A reader of sadb-expire of data plane {} has missed {}", plane, missed);
      }
      try {
        listener.onNotification(notice);
      } catch (RuntimeException e) {
        LOG.warn("A reader of sadb-expire of data plane {} failed", plane, e);
      }
    }

    @Override
    public void close() {
      readers.remove(this);
      thread.shutdownNow();
    }
  }

  /** An SA reached a limit. Never waits. */
  void expired(PlaneEvent.Expired event) {
    if (!readers.isEmpty()) {
      Notice notice = new Notice(body(event), Instant.now());
      readers.forEach(reader -> reader.tell(notice));
    }
  }

  private static ContainerNode body(PlaneEvent.Expired event) {
    return ImmutableNodes.newContainerBuilder()
        .withNodeIdentifier(NodeIdentifier.create(SadbExpire.QNAME))
        .withChild(
            ImmutableNodes.leafNode(name("ipsec-sa-spi"), Uint32.valueOf(event.spi().value())))
        .withChild(ImmutableNodes.leafNode(name("soft-lifetime-expire"), !event.hard()))
        .withChild(ImmutableNodes.leafNode(name("ipsec-sa-protocol"), ESP))
        .withChild(
            ImmutableNodes.leafNode(
                name("ipsec-sa-dest-address"), event.destination().getHostAddress()))
        .withChild(
            ImmutableNodes.leafNode(
                name("address-family"), event.destination() instanceof Inet4Address))
        .build();
  }

  private static QName name(String leaf) {
    return QName.create(SadbExpire.QNAME, leaf).intern();
  }

  @Override
  public Registration registerNotificationListener(
      DOMNotificationListener listener, Collection<Absolute> types) {
    if (!types.contains(TYPE)) {
      return () -> {};
    }
    Reader reader = new Reader(listener);
    readers.add(reader);
    return reader;
  }

  @Override
  public Registration registerNotificationListeners(
      Map<Absolute, DOMNotificationListener> typeToListener) {
    DOMNotificationListener listener = typeToListener.get(TYPE);
    return listener == null ? () -> {} : registerNotificationListener(listener, List.of(TYPE));
  }

  @Override
  public void close() {
    List.copyOf(readers).forEach(Reader::close);
  }
}
