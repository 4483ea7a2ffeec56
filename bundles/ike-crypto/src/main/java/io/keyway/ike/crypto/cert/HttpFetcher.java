package io.keyway.ike.crypto.cert;

import java.io.ByteArrayOutputStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import java.util.concurrent.Flow;
import java.util.concurrent.TimeUnit;

/**
 * Fetches over HTTP with limits on time and size. Redirections are not followed: they would lead
 * around the list of allowed hosts.
 */
public final class HttpFetcher implements Fetcher {
  private final HttpClient client;
  private final Duration limit;
  private final int longest;

  /**
   * With its own connections.
   *
   * @param executor a few threads that may wait for name resolution; never the engine's workers
   * @param limit for one whole request
   * @param longest octets of an answer
   */
  public HttpFetcher(Executor executor, Duration limit, int longest) {
    this.limit = limit;
    this.longest = longest;
    client =
        HttpClient.newBuilder()
            .executor(executor)
            .connectTimeout(limit)
            .followRedirects(HttpClient.Redirect.NEVER)
            .version(HttpClient.Version.HTTP_1_1)
            .build();
  }

  @Override
  public CompletableFuture<byte[]> get(URI address) {
    return send(HttpRequest.newBuilder(address).GET());
  }

  @Override
  public CompletableFuture<byte[]> ocsp(URI address, byte[] request) {
    return send(
        HttpRequest.newBuilder(address)
            .header("Content-Type", "application/ocsp-request")
            .POST(HttpRequest.BodyPublishers.ofByteArray(request)));
  }

  private CompletableFuture<byte[]> send(HttpRequest.Builder builder) {
    HttpRequest request = builder.timeout(limit).build();
    CompletableFuture<HttpResponse<byte[]>> answer =
        client.sendAsync(request, info -> new Bounded(longest));
    return answer
        .orTimeout(limit.toMillis(), TimeUnit.MILLISECONDS)
        .handle(
            (response, error) -> {
              if (error != null) {
                answer.cancel(true);
                return CompletableFuture.<byte[]>failedFuture(
                    new UnusableException(request.uri() + ": " + describe(error)));
              }
              return response.statusCode() == 200
                  ? CompletableFuture.completedFuture(response.body())
                  : CompletableFuture.<byte[]>failedFuture(
                      new UnusableException(
                          request.uri() + " answered with status " + response.statusCode()));
            })
        .thenCompose(f -> f);
  }

  private String describe(Throwable error) {
    Throwable cause = error;
    while (cause.getCause() != null) {
      cause = cause.getCause();
    }
    if (cause instanceof java.util.concurrent.TimeoutException
        || cause instanceof java.net.http.HttpTimeoutException) {
      return "no answer within " + limit.toMillis() + " ms";
    }
    return cause.getClass().getSimpleName()
        + (cause.getMessage() == null ? "" : " (" + cause.getMessage() + ")");
  }

  /** Gives up as soon as too much came, whatever the header promised. */
  private static final class Bounded implements HttpResponse.BodySubscriber<byte[]> {
    private final int longest;
    private final CompletableFuture<byte[]> result = new CompletableFuture<>();
    private final ByteArrayOutputStream octets = new ByteArrayOutputStream();
    private Flow.Subscription subscription;

    Bounded(int longest) {
      this.longest = longest;
    }

    @Override
    public CompletionStage<byte[]> getBody() {
      return result;
    }

    @Override
    public void onSubscribe(Flow.Subscription given) {
      subscription = given;
      given.request(Long.MAX_VALUE);
    }

    @Override
    public void onNext(List<ByteBuffer> buffers) {
      for (ByteBuffer buffer : buffers) {
        if (octets.size() + buffer.remaining() > longest) {
          subscription.cancel();
          result.completeExceptionally(
              new UnusableException("the answer has more than " + longest + " octets"));
          return;
        }
        byte[] part = new byte[buffer.remaining()];
        buffer.get(part);
        octets.write(part, 0, part.length);
      }
    }

    @Override
    public void onError(Throwable error) {
      result.completeExceptionally(error);
    }

    @Override
    public void onComplete() {
      result.complete(octets.toByteArray());
    }
  }
}
