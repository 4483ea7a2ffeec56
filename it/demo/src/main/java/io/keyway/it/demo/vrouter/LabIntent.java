package io.keyway.it.demo.vrouter;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import io.keyway.it.kit.vrouter.RouterLab;
import io.keyway.it.kit.vrouter.RouterLab.Side;
import java.util.List;
import java.util.Map;

/** What an operator writes to have the routers of a lab speak IPsec: as JSON, and as YAML. */
final class LabIntent {

  /** Name of the secret that both gateways share, where it is written by RESTCONF. */
  static final String SECRET = "lab-psk";

  /** Tunnels of a side, the one for IPv4 first. */
  static final List<String> FAMILIES = List.of("v4", "v6");

  private final RouterLab lab;

  LabIntent(RouterLab lab) {
    this.lab = lab;
  }

  static String plane(Side side) {
    return "router-" + side.name();
  }

  static String gateway(Side side) {
    return "gw-" + side.name();
  }

  static String tunnel(Side side, String family) {
    return side.name() + "-" + family;
  }

  private static String identity(Side side) {
    return side.name() + ".example";
  }

  private Side other(Side side) {
    return side == lab.left() ? lab.right() : lab.left();
  }

  /** Body of a PUT to {@code /rests/data/keyway-ipsec:ipsec}; {@link #SECRET} must be there. */
  JsonObject json(List<Side> sides) {
    JsonObject body = new JsonObject();
    body.add("keyway-ipsec:ipsec", ipsec(sides, "secret", SECRET));
    return body;
  }

  /** Body of a POST to {@code put-secret}, without its envelope. */
  static JsonObject secret(String text) {
    JsonObject put = new JsonObject();
    put.addProperty("name", SECRET);
    put.addProperty("kind", "pre-shared-key");
    put.addProperty("text", text);
    return put;
  }

  /** A file for {@code ipsec:load}, the secret in it. */
  String yaml(List<Side> sides, String secret) {
    StringBuilder text = new StringBuilder("ipsec:\n");
    for (Map.Entry<String, JsonElement> part : ipsec(sides, "pre-shared-key", secret).entrySet()) {
      write(part.getKey(), part.getValue(), "  ", text);
    }
    return text.toString();
  }

  private JsonObject ipsec(List<Side> sides, String keyLeaf, String key) {
    JsonObject ipsec = new JsonObject();
    ipsec.add(
        "ike-policies",
        json(
            """
            {"ike-policy": [{"name": "lab", "rekey-time": 14400,
              "proposals": {"proposal": [{"name": "1", "encryption": "aes256-gcm",
                "integrity": "none", "prf": "sha384", "dh-group": "ecp384"}]}}]}
            """));
    ipsec.add(
        "child-policies",
        json(
            """
            {"child-policy": [{"name": "lab", "mode": "tunnel", "rekey-time": 3600,
              "start-action": "none",
              "proposals": {"proposal": [{"name": "1", "encryption": "aes256-gcm",
                "integrity": "none", "dh-group": "ecp384", "esn": true}]}}]}
            """));
    JsonArray planes = new JsonArray();
    JsonArray gateways = new JsonArray();
    JsonArray tunnels = new JsonArray();
    for (Side side : sides) {
      Side there = other(side);
      planes.add(
          json(
              """
              {"name": "%s", "vrouter": {"socket": "%s"}}
              """
                  .formatted(plane(side), lab.socket(side))));
      gateways.add(
          json(
              """
              {"name": "%s", "ike-policy": "lab", "data-plane": "%s",
                "local-address": "%s", "remote-address": "%s",
                "authentication": {"method": "pre-shared-key", "local-id": "%s",
                  "remote-id": "%s", "%s": "%s"}}
              """
                  .formatted(
                      gateway(side),
                      plane(side),
                      side.outer(),
                      there.outer(),
                      identity(side),
                      identity(there),
                      keyLeaf,
                      key)));
      tunnels.add(tunnel(side, "v4", side.inner(), there.inner()));
      tunnels.add(tunnel(side, "v6", side.inner6(), there.inner6()));
    }
    ipsec.add("data-planes", list("data-plane", planes));
    ipsec.add("gateways", list("gateway", gateways));
    ipsec.add("tunnels", list("tunnel", tunnels));
    return ipsec;
  }

  private static JsonElement tunnel(Side side, String family, String here, String there) {
    return json(
        """
        {"name": "%s", "gateway": "%s", "child-policy": "lab",
          "local-ts": [{"name": "1", "prefix": "%s"}],
          "remote-ts": [{"name": "1", "prefix": "%s"}]}
        """
            .formatted(tunnel(side, family), gateway(side), here, there));
  }

  private static JsonObject list(String name, JsonArray entries) {
    JsonObject object = new JsonObject();
    object.add(name, entries);
    return object;
  }

  private static JsonElement json(String text) {
    return JsonParser.parseString(text);
  }

  /** The file has lists where the model has a container with a list. */
  private static void write(String name, JsonElement value, String indent, StringBuilder text) {
    if (value.isJsonPrimitive()) {
      // JSON's strings are YAML's, too, and "none" or an address must not become anything else.
      text.append(indent).append(name).append(": ").append(value).append('\n');
      return;
    }
    text.append(indent).append(name).append(":\n");
    if (value.isJsonArray()) {
      items(value.getAsJsonArray(), indent + "  ", text);
      return;
    }
    JsonObject object = value.getAsJsonObject();
    JsonElement only = object.size() == 1 ? object.entrySet().iterator().next().getValue() : null;
    if (only != null && only.isJsonArray()) {
      items(only.getAsJsonArray(), indent + "  ", text);
    } else {
      object.entrySet().forEach(e -> write(e.getKey(), e.getValue(), indent + "  ", text));
    }
  }

  private static void items(JsonArray items, String indent, StringBuilder text) {
    for (JsonElement item : items) {
      StringBuilder lines = new StringBuilder();
      item.getAsJsonObject()
          .entrySet()
          .forEach(e -> write(e.getKey(), e.getValue(), indent + "  ", lines));
      lines.setCharAt(indent.length(), '-');
      text.append(lines);
    }
  }
}
