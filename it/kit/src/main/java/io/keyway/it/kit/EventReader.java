package io.keyway.it.kit;

import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Flow;
import java.util.concurrent.LinkedBlockingQueue;

/** Reads a stream of server-sent events (RFC 8040 section 6.3) for as long as it is open. */
public final class EventReader implements AutoCloseable {

  private static final String DATA = "data:";

  private final BlockingQueue<String> events = new LinkedBlockingQueue<>();
  private final CompletableFuture<?> call;

  EventReader(HttpClient client, HttpRequest request) {
    call = client.sendAsync(request, HttpResponse.BodyHandlers.fromLineSubscriber(new Lines()));
  }

  private final class Lines implements Flow.Subscriber<String> {
    @Override
    public void onSubscribe(Flow.Subscription subscription) {
      subscription.request(Long.MAX_VALUE);
    }

    @Override
    public void onNext(String line) {
      if (line.startsWith(DATA)) {
        events.add(line.substring(DATA.length()).strip());
      }
    }

    @Override
    public void onError(Throwable error) {
      // The end of the stream is not what readers wait for.
    }

    @Override
    public void onComplete() {
      // as above
    }
  }

  /** Data of the events that came and were not taken yet. */
  public BlockingQueue<String> events() {
    return events;
  }

  @Override
  public void close() {
    call.cancel(true);
  }
}
