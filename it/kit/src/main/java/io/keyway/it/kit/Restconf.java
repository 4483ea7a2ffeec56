package io.keyway.it.kit;

import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.time.Duration;
import java.util.Base64;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.TrustManagerFactory;

/** A RESTCONF client (RFC 8040) of one distribution, as its administrator. */
public final class Restconf {

  private static final Duration TIMEOUT = Duration.ofSeconds(60);

  private final String base;
  private final String authorization;
  private final HttpClient client;

  /**
   * An answer.
   *
   * @param status HTTP status
   * @param text body as it came
   */
  public record Reply(int status, String text) {
    /** The body as JSON; an empty object when there is none. */
    public JsonObject json() {
      return text.isBlank() ? new JsonObject() : JsonParser.parseString(text).getAsJsonObject();
    }

    public boolean ok() {
      return status / 100 == 2;
    }
  }

  /**
   * Reads certificate and password from where the first start put them.
   *
   * @param keyway the directory {@code etc/keyway} of the distribution
   */
  Restconf(int port, Path keyway) {
    this(port, keyway, "admin", read(keyway.resolve("admin.password")));
  }

  private Restconf(int port, Path keyway, String user, String password) {
    this.base = "https://127.0.0.1:" + port;
    this.authorization =
        "Basic "
            + Base64.getEncoder()
                .encodeToString((user + ":" + password).getBytes(StandardCharsets.UTF_8));
    this.client =
        HttpClient.newBuilder()
            .version(HttpClient.Version.HTTP_1_1)
            .connectTimeout(Duration.ofSeconds(5))
            .sslContext(trusting(keyway.resolve("tls.p12"), keyway.resolve("tls.password")))
            .sslParameters(new SSLParameters())
            .build();
  }

  private Restconf(String base, HttpClient client, String user, String password) {
    this.base = base;
    this.client = client;
    this.authorization =
        "Basic "
            + Base64.getEncoder()
                .encodeToString((user + ":" + password).getBytes(StandardCharsets.UTF_8));
  }

  /** The same distribution as another user. */
  public Restconf as(String user, String password) {
    return new Restconf(base, client, user, password);
  }

  public Reply get(String path) throws IOException, InterruptedException {
    return send(request(path).GET());
  }

  public Reply put(String path, JsonElement body) throws IOException, InterruptedException {
    return send(request(path).PUT(HttpRequest.BodyPublishers.ofString(body.toString())));
  }

  public Reply post(String path, JsonElement body) throws IOException, InterruptedException {
    return send(request(path).POST(HttpRequest.BodyPublishers.ofString(body.toString())));
  }

  public Reply delete(String path) throws IOException, InterruptedException {
    return send(request(path).DELETE());
  }

  /**
   * Opens a stream of events. What happens before the server has seen the request is lost, and the
   * server may say nothing until the first event.
   */
  public EventReader events(String path) {
    return new EventReader(
        client,
        HttpRequest.newBuilder(URI.create(base + path))
            .header("Authorization", authorization)
            .header("Accept", "text/event-stream")
            .GET()
            .build());
  }

  /** Calls an operation of module {@code keyway-ipsec}; gives its output. */
  public JsonObject rpc(String name, JsonObject input) throws IOException, InterruptedException {
    return rpc(name, input, TIMEOUT);
  }

  /** The same with a time limit of its own. */
  public JsonObject rpc(String name, JsonObject input, Duration limit)
      throws IOException, InterruptedException {
    JsonObject body = new JsonObject();
    body.add("keyway-ipsec:input", input);
    Reply reply =
        send(
            request("/rests/operations/keyway-ipsec:" + name)
                .timeout(limit)
                .POST(HttpRequest.BodyPublishers.ofString(body.toString())));
    if (!reply.ok()) {
      throw new IOException(name + ": HTTP " + reply.status() + " " + reply.text());
    }
    return reply.json().has("keyway-ipsec:output")
        ? reply.json().getAsJsonObject("keyway-ipsec:output")
        : new JsonObject();
  }

  private HttpRequest.Builder request(String path) {
    // OpenDaylight's user management below /auth knows plain JSON only.
    String type = path.startsWith("/auth/") ? "application/json" : "application/yang-data+json";
    return HttpRequest.newBuilder(URI.create(base + path))
        .timeout(TIMEOUT)
        .header("Authorization", authorization)
        .header("Accept", type)
        .header("Content-Type", type);
  }

  private Reply send(HttpRequest.Builder request) throws IOException, InterruptedException {
    HttpResponse<String> response =
        client.send(request.build(), HttpResponse.BodyHandlers.ofString());
    return new Reply(response.statusCode(), response.body());
  }

  private static SSLContext trusting(Path keyStore, Path passwordFile) {
    char[] password = read(passwordFile).toCharArray();
    try (InputStream in = Files.newInputStream(keyStore)) {
      KeyStore own = KeyStore.getInstance("PKCS12");
      own.load(in, password);
      KeyStore trusted = KeyStore.getInstance("PKCS12");
      trusted.load(null, null);
      trusted.setCertificateEntry("keyway", own.getCertificate("keyway"));
      TrustManagerFactory factory =
          TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
      factory.init(trusted);
      SSLContext context = SSLContext.getInstance("TLS");
      context.init(null, factory.getTrustManagers(), null);
      return context;
    } catch (IOException | GeneralSecurityException e) {
      throw new IllegalStateException("cannot trust " + keyStore, e);
    }
  }

  private static String read(Path file) {
    try {
      return Files.readString(file).strip();
    } catch (IOException e) {
      throw new IllegalStateException("cannot read " + file, e);
    }
  }
}
