package io.keyway.emulator.infrap4d;

import io.keyway.emulator.infrap4d.wire.Prefix;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/**
 * Reads an {@link EmulatorConfig} from names and texts: options of the program, or a configuration.
 */
public final class ConfigReader {

  /** Every key with what it means, in the order of the help. */
  public static final Map<String, String> KEYS =
      Map.ofEntries(
          Map.entry("name", "name in logs and status; default emulator"),
          Map.entry("site", "its end of the wire; default: the name"),
          Map.entry("wire", "name of the wire; devices with the same one are joined; default wire"),
          Map.entry(
              "listen",
              "addresses HOST:PORT of gNMI and P4Runtime, by commas; both answer on each; default"
                  + " 127.0.0.1:9339,127.0.0.1:9559"),
          Map.entry("control", "loopback address HOST:PORT of the control interface; default none"),
          Map.entry(
              "gateway",
              "outer addresses or prefixes of this device, by commas; frames of the wire are routed"
                  + " by them; default: whatever nobody else claims"),
          Map.entry("tls.cert", "PEM certificate chain of the server; without it: plaintext"),
          Map.entry("tls.key", "PEM key (PKCS#8) of the server"),
          Map.entry("tls.ca", "PEM certificates that client certificates are checked against"),
          Map.entry(
              "tls.client",
              "no_request, request_no_verify, request_and_verify, require_no_verify or"
                  + " require_and_verify; default: require_and_verify with tls.ca, else no_request"),
          Map.entry("capture", "directory in which a capture of the wire starts with the device"),
          Map.entry("quirks", "NAME=true|false, by commas; see the list of quirks"),
          Map.entry("id-offset", "added to the low 24 bits of every id of the program; default 0"),
          Map.entry("pipeline", "true: the pipeline is set at the start; default true"),
          Map.entry(
              "crypto-function",
              "true: the fixed function for cryptography is configured; default true"),
          Map.entry("sad-capacity", "entries in the SAD; default 65536"));

  private ConfigReader() {}

  /**
   * Reads a configuration; absent keys take their defaults.
   *
   * @throws IllegalArgumentException naming the key and what is wrong with it
   */
  public static EmulatorConfig read(Map<String, String> values) {
    Set<String> unknown = new TreeSet<>(values.keySet());
    unknown.removeAll(KEYS.keySet());
    if (!unknown.isEmpty()) {
      throw new IllegalArgumentException(
          "unknown keys " + unknown + "; there are " + new TreeSet<>(KEYS.keySet()));
    }
    String name = text(values, "name").orElse("emulator");
    return new EmulatorConfig(
        name,
        text(values, "site").orElse(name),
        text(values, "wire").orElse("wire"),
        Arrays.stream(text(values, "listen").orElse("127.0.0.1:9339,127.0.0.1:9559").split(","))
            .map(a -> address("listen", a))
            .toList(),
        text(values, "control").map(a -> address("control", a)),
        tls(values),
        text(values, "capture").map(Path::of),
        text(values, "gateway")
            .map(list -> Arrays.stream(list.split(",")).map(Prefix::parse).toList())
            .orElse(List.of()),
        Quirks.DEFAULT.with(text(values, "quirks").orElse("")),
        number(values, "id-offset", 0),
        flag(values, "pipeline"),
        flag(values, "crypto-function"),
        number(values, "sad-capacity", EmulatorConfig.DEFAULT_SAD_CAPACITY));
  }

  private static Optional<TlsFiles> tls(Map<String, String> values) {
    Optional<Path> cert = text(values, "tls.cert").map(Path::of);
    Optional<Path> key = text(values, "tls.key").map(Path::of);
    Optional<Path> ca = text(values, "tls.ca").map(Path::of);
    Optional<String> client = text(values, "tls.client");
    if (cert.isEmpty() && key.isEmpty()) {
      if (ca.isPresent() || client.isPresent()) {
        throw new IllegalArgumentException("tls.ca and tls.client need tls.cert and tls.key");
      }
      return Optional.empty();
    }
    if (cert.isEmpty() || key.isEmpty()) {
      throw new IllegalArgumentException("tls.cert and tls.key go together");
    }
    TlsFiles.ClientCertificates asked;
    try {
      asked =
          TlsFiles.ClientCertificates.valueOf(
              client
                  .orElse(ca.isPresent() ? "require_and_verify" : "no_request")
                  .toUpperCase(Locale.ROOT));
    } catch (IllegalArgumentException e) {
      throw new IllegalArgumentException(
          "tls.client '" + client.orElse("") + "' is not one of infrap4d's five settings", e);
    }
    return Optional.of(new TlsFiles(cert.get(), key.get(), ca, asked));
  }

  private static Optional<String> text(Map<String, String> values, String key) {
    return Optional.ofNullable(values.get(key)).map(String::trim).filter(v -> !v.isEmpty());
  }

  private static boolean flag(Map<String, String> values, String key) {
    String text = text(values, key).orElse("true");
    if (!text.equals("true") && !text.equals("false")) {
      throw new IllegalArgumentException(key + " is '" + text + "', not true or false");
    }
    return text.equals("true");
  }

  private static int number(Map<String, String> values, String key, int otherwise) {
    Optional<String> text = text(values, key);
    try {
      return text.map(Integer::parseInt).orElse(otherwise);
    } catch (NumberFormatException e) {
      throw new IllegalArgumentException(key + " is '" + text.get() + "', not a number", e);
    }
  }

  /** Reads {@code HOST:PORT}; an IPv6 address stands in brackets. */
  public static InetSocketAddress address(String key, String text) {
    int colon = text.lastIndexOf(':');
    if (colon <= 0) {
      throw new IllegalArgumentException(key + " '" + text.trim() + "' is not HOST:PORT");
    }
    try {
      int port = Integer.parseInt(text.substring(colon + 1).trim());
      String host = text.substring(0, colon).trim();
      if (host.startsWith("[") && host.endsWith("]")) {
        host = host.substring(1, host.length() - 1);
      }
      return new InetSocketAddress(host, port);
    } catch (IllegalArgumentException e) {
      throw new IllegalArgumentException(key + " '" + text.trim() + "' is not HOST:PORT", e);
    }
  }
}
