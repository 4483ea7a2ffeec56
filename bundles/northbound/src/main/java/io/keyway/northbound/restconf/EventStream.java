package io.keyway.northbound.restconf;

import java.io.UnsupportedEncodingException;
import java.net.URI;
import java.util.List;
import java.util.function.Supplier;
import javax.xml.xpath.XPathExpressionException;
import org.opendaylight.mdsal.dom.api.DOMNotification;
import org.opendaylight.mdsal.dom.api.DOMNotificationService;
import org.opendaylight.restconf.server.api.EventStreamGetParams;
import org.opendaylight.restconf.server.mdsal.streams.notif.AbstractNotificationSource;
import org.opendaylight.restconf.server.spi.RestconfStream;
import org.opendaylight.yang.gen.v1.urn.keyway.ipsec.rev261122.Ipsec;
import org.opendaylight.yangtools.concepts.Registration;
import org.opendaylight.yangtools.yang.model.api.EffectiveModelContext;
import org.opendaylight.yangtools.yang.model.api.NotificationDefinition;
import org.opendaylight.yangtools.yang.model.api.stmt.SchemaNodeIdentifier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A stream with every notification of module {@code keyway-ipsec} in RESTCONF's list of streams
 * (RFC 8040 section 6.2), so that nobody has to ask for one to be made. (OpenDaylight's operation
 * for that makes the stream, and then fails to say which.)
 *
 * <p>A stream ends when its last reader leaves; then the next one is made.
 */
public final class EventStream implements AutoCloseable {

  private static final Logger LOG = LoggerFactory.getLogger(EventStream.class);

  /** Readers find the stream by it, for names are random. */
  static final String DESCRIPTION = "All notifications of module keyway-ipsec";

  /** Where RESTCONF is, in a form that holds behind any address, name or proxy. */
  private static final URI HERE = URI.create("/rests/");

  private final RestconfStream.Registry registry;
  private final DOMNotificationService notifications;
  private final Supplier<EffectiveModelContext> model;
  private RestconfStream<DOMNotification> current;
  private boolean closed;

  public EventStream(
      RestconfStream.Registry registry,
      DOMNotificationService notifications,
      Supplier<EffectiveModelContext> model) {
    this.registry = registry;
    this.notifications = notifications;
    this.model = model;
    open();
  }

  private void open() {
    synchronized (this) {
      if (closed) {
        return;
      }
    }
    var making = registry.createStream(HERE, new Source(), DESCRIPTION);
    making.addListener(
        () -> {
          try {
            made(making.getOrThrow());
          } catch (RuntimeException e) {
            LOG.warn("RESTCONF offers no stream of notifications", e);
          }
        },
        Runnable::run);
  }

  private void made(RestconfStream<DOMNotification> stream) {
    synchronized (this) {
      if (!closed) {
        current = stream;
        return;
      }
    }
    end(stream);
  }

  /** RESTCONF can end a stream only by the leave of its last reader. */
  private static void end(RestconfStream<DOMNotification> stream) {
    var last =
        new RestconfStream.Sender() {
          @Override
          public void sendDataMessage(String data) {
            // it leaves at once
          }

          @Override
          public void endOfStream() {
            // it leaves anyway
          }
        };
    try {
      Registration reader =
          stream.addSubscriber(
              last,
              RestconfStream.EncodingName.RFC8040_JSON,
              new EventStreamGetParams(null, null, null, null, null, null, null));
      if (reader != null) {
        reader.close();
      }
    } catch (UnsupportedEncodingException | XPathExpressionException e) {
      LOG.debug("A stream of notifications stays in RESTCONF's list without a source", e);
    }
  }

  private List<SchemaNodeIdentifier.Absolute> all() {
    return model.get().findModule(Ipsec.QNAME.getModule()).orElseThrow().getNotifications().stream()
        .map(NotificationDefinition::getQName)
        .map(SchemaNodeIdentifier.Absolute::of)
        .toList();
  }

  @Override
  public void close() {
    RestconfStream<DOMNotification> stream;
    synchronized (this) {
      closed = true;
      stream = current;
      current = null;
    }
    if (stream != null) {
      end(stream);
    }
  }

  private final class Source extends AbstractNotificationSource {
    @Override
    protected Registration start(RestconfStream.Sink<DOMNotification> sink) {
      Registration listening =
          notifications.registerNotificationListener(new Listener(sink, model), all());
      return () -> {
        listening.close();
        open();
      };
    }
  }
}
