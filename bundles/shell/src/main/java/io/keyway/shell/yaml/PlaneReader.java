package io.keyway.shell.yaml;

import io.keyway.api.intent.IntentObject.PlaneConfig;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/** Reads {@code data-planes}: one container named after the type, with the leaves of the model. */
final class PlaneReader {

  private static final String HOST_AND_PORT =
      "(\\[[0-9A-Fa-f:.]+\\]|[A-Za-z0-9]([A-Za-z0-9.-]*[A-Za-z0-9])?):[0-9]{1,5}";
  private static final String FLAG = "true|false";
  private static final String NUMBER = "[0-9]{1,20}";
  private static final String TEXT = ".{1,4096}";

  private static final Map<String, String> TLS =
      Map.of(
          "tls/enabled", FLAG,
          "tls/ca-file", TEXT,
          "tls/certificate-file", TEXT,
          "tls/private-key-file", TEXT,
          "tls/server-name", "[A-Za-z0-9.-]{1,253}",
          "tls/warn-before", "[0-9]{1,4}");

  /** Leaves by path, with what their value must look like. */
  private static final Map<String, Map<String, String>> TYPES =
      Map.of(
          "infrap4d",
          with(
              Map.ofEntries(
                  Map.entry("p4runtime-address", HOST_AND_PORT),
                  Map.entry("gnmi-address", HOST_AND_PORT),
                  Map.entry("device-id", "[1-9][0-9]{0,19}"),
                  Map.entry("role", ".{0,128}"),
                  Map.entry("claim-tables", FLAG),
                  Map.entry("election-priority", "[1-9][0-9]{0,9}"),
                  Map.entry("ike-elsewhere", FLAG),
                  Map.entry("max-replay-window", NUMBER),
                  Map.entry("rpc-timeout", "[1-9][0-9]{2,5}"),
                  Map.entry("audit-interval", "[1-9][0-9]{0,4}"),
                  Map.entry("probe-interval", "[1-9][0-9]{2,5}"),
                  Map.entry("quirks/inbound-direction", FLAG),
                  Map.entry("quirks/spi-byte-order", "swapped|as-is"),
                  Map.entry("quirks/algorithm-numbers", "device|ikev2"),
                  Map.entry("quirks/key-length-with-salt", FLAG),
                  Map.entry("quirks/sa-mode", "transport|real"),
                  Map.entry("quirks/req-id", NUMBER),
                  Map.entry("quirks/path-keys", "name|index"),
                  Map.entry("quirks/is-tunnel-rows", "both|zero|one"))),
          "vrouter",
          with(
              Map.of(
                  "address",
                  HOST_AND_PORT,
                  "socket",
                  TEXT,
                  "ike-over-agent",
                  FLAG,
                  "rpc-timeout",
                  "[1-9][0-9]{2,5}",
                  "audit-interval",
                  "[1-9][0-9]{0,4}",
                  "takeover-after",
                  "0|[1-9][0-9]{0,4}")));

  private PlaneReader() {}

  private static Map<String, String> with(Map<String, String> own) {
    Map<String, String> all = new HashMap<>(own);
    all.putAll(TLS);
    return Map.copyOf(all);
  }

  /** Paths of the leaves of a type, as the model has them. */
  static Set<String> leaves(String type) {
    return TYPES.get(type).keySet();
  }

  static Optional<PlaneConfig> read(Value value) {
    Fields fields = Fields.of(value, List.of("name", "allow-manual-sa", "infrap4d", "vrouter"));
    Optional<String> name = fields.name("name");
    List<String> types = TYPES.keySet().stream().filter(fields::has).toList();
    if (types.size() != 1) {
      value.problem("a data plane needs exactly one of 'infrap4d' and 'vrouter'");
      return Optional.empty();
    }
    String type = types.get(0);
    Map<String, String> settings = new LinkedHashMap<>();
    collect(fields.get(type).orElseThrow(), "", TYPES.get(type), settings);
    if (type.equals("infrap4d") && !settings.containsKey("p4runtime-address")) {
      fields.get(type).orElseThrow().problem("'p4runtime-address' is missing");
    }
    if (type.equals("vrouter")
        && settings.containsKey("address") == settings.containsKey("socket")) {
      fields.get(type).orElseThrow().problem("exactly one of 'address' and 'socket' is needed");
    }
    Map<String, String> own = new LinkedHashMap<>();
    fields.get("allow-manual-sa").ifPresent(v -> leaf(v, "allow-manual-sa", FLAG, own));
    boolean manual = Boolean.parseBoolean(own.get("allow-manual-sa"));
    return name.map(n -> new PlaneConfig(n, type, settings, manual));
  }

  private static void collect(
      Value value, String prefix, Map<String, String> leaves, Map<String, String> settings) {
    TreeSet<String> known = new TreeSet<>();
    for (String path : leaves.keySet()) {
      if (path.startsWith(prefix)) {
        String rest = path.substring(prefix.length());
        known.add(rest.contains("/") ? rest.substring(0, rest.indexOf('/')) : rest);
      }
    }
    Fields fields = Fields.of(value, List.copyOf(known));
    for (String key : known) {
      if (fields.has(key)) {
        Value child = fields.get(key).orElseThrow();
        String shape = leaves.get(prefix + key);
        if (shape == null) {
          collect(child, prefix + key + "/", leaves, settings);
        } else {
          leaf(child, prefix + key, shape, settings);
        }
      }
    }
  }

  private static void leaf(Value value, String path, String shape, Map<String, String> settings) {
    Optional<String> text = value.text();
    if (text.isPresent() && !text.get().matches(shape)) {
      value.problem(
          "'"
              + text.get()
              + "' is not possible here; "
              + (shape.equals(HOST_AND_PORT)
                  ? "write host:port, such as 192.0.2.1:9559"
                  : shape.matches("[a-z0-9|-]+")
                      ? "one of " + shape.replace("|", ", ") + " is"
                      : "see the leaf " + path + " of module keyway-ipsec"));
      return;
    }
    text.ifPresent(t -> settings.put(path, t));
  }
}
