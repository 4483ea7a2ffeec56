package io.keyway.boot;

import java.io.IOException;
import java.io.Reader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Properties;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Says which of the configured listeners may not open. The rule: on loopback anything may listen,
 * beyond it only what encrypts and authenticates both ways that matter (HTTPS, SSH, Raft over TLS).
 *
 * <p>It reads the files in {@code etc} rather than the configuration admin, because it must answer
 * before that runs.
 */
final class ListenerPolicy {
  /** Both {@code canonical.hostname} and {@code bind.hostname}, in one line or in a block. */
  private static final Pattern RAFT_HOST =
      Pattern.compile("(?m)^[^#/\\n]*hostname\"?\\s*[=:]\\s*\"?([^\"\\s#]+)");

  private static final Pattern RAFT_TLS =
      Pattern.compile("(?m)^[^#/\\n]*transport\\s*=\\s*\"?tls-tcp\"?");

  private final Path etc;
  private final Path configuration;

  ListenerPolicy(Path etc, Path configuration) {
    this.etc = etc;
    this.configuration = configuration;
  }

  /**
   * One sentence for each listener that must not open, with the cure in it; empty when all is well.
   */
  List<String> violations() throws IOException {
    List<String> found = new ArrayList<>();
    web(found);
    management(found);
    raft(found);
    return found;
  }

  private void web(List<String> found) throws IOException {
    String name = "org.ops4j.pax.web.cfg";
    Properties web = load(name);
    if (!Boolean.parseBoolean(get(web, "org.osgi.service.http.enabled", "true"))) {
      return;
    }
    // Pax Web opens its plain connector on every address unless it is told otherwise.
    String addresses = get(web, "org.ops4j.pax.web.listening.addresses", "0.0.0.0");
    for (String address : addresses.split(",")) {
      if (!isLoopback(address.trim())) {
        found.add(
            "etc/"
                + name
                + " opens plain HTTP on "
                + address.trim()
                + ". Set org.osgi.service.http.enabled = false (HTTPS stays), or listen on 127.0.0.1 only.");
      }
    }
  }

  private void management(List<String> found) throws IOException {
    String name = "org.apache.karaf.management.cfg";
    Properties management = load(name);
    for (String key : List.of("rmiRegistryHost", "rmiServerHost")) {
      String host = get(management, key, "127.0.0.1");
      if (!isLoopback(host)) {
        found.add(
            "etc/" + name + " opens JMX without TLS on " + host + ". Set " + key + " = 127.0.0.1.");
      }
    }
    if (Boolean.parseBoolean(get(management, "jmxmpEnabled", "false"))
        && !isLoopback(get(management, "jmxmpHost", "127.0.0.1"))) {
      found.add("etc/" + name + " opens JMXMP without TLS. Set jmxmpHost = 127.0.0.1.");
    }
  }

  private void raft(List<String> found) throws IOException {
    Path file = configuration.resolve("initial").resolve("akka.conf");
    if (!Files.exists(file)) {
      return;
    }
    String text = Files.readString(file);
    if (RAFT_TLS.matcher(text).find()) {
      return;
    }
    Matcher matcher = RAFT_HOST.matcher(text);
    while (matcher.find()) {
      if (!isLoopback(matcher.group(1))) {
        found.add(
            "configuration/initial/akka.conf opens the datastore's Raft port without TLS on "
                + matcher.group(1)
                + ". Set artery.transport = tls-tcp with its key store, or use 127.0.0.1.");
      }
    }
  }

  private Properties load(String name) throws IOException {
    Properties properties = new Properties();
    Path file = etc.resolve(name);
    if (Files.exists(file)) {
      try (Reader in = Files.newBufferedReader(file, StandardCharsets.UTF_8)) {
        properties.load(in);
      }
    }
    return properties;
  }

  private static String get(Properties properties, String key, String fallback) {
    String value = properties.getProperty(key);
    return value == null || value.isBlank() ? fallback : value.trim();
  }

  /** By the text alone: a name that must be looked up could change its address after this check. */
  static boolean isLoopback(String host) {
    return host.equals("localhost")
        || host.equals("::1")
        || host.equals("[::1]")
        || host.equals("0:0:0:0:0:0:0:1")
        || host.matches("127(\\.\\d{1,3}){3}");
  }
}
