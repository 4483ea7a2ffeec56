package io.keyway.it.kit;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import java.util.List;

/** What the operator writes: the whole configuration of both sites, as RESTCONF takes it. */
public final class TwoSites {

  /** Name of the secret that both gateways share. */
  public static final String SECRET = "demo-psk";

  private TwoSites() {}

  /**
   * Body of a PUT to {@code /rests/data/keyway-ipsec:ipsec}. Without ESN, because tshark 4.0 leaves
   * the high sequence number out when it checks the tag of AES-GCM.
   */
  public static JsonObject of(Site a, Site b, int ikePort) {
    JsonObject ipsec = new JsonObject();
    ipsec.add(
        "ike-policies",
        json(
            """
            {"ike-policy": [{"name": "cnr", "rekey-time": 14400, "mobike": false,
              "nat-traversal": false,
              "proposals": {"proposal": [{"name": "1", "encryption": "aes256-gcm",
                "integrity": "none", "prf": "sha384", "dh-group": "ecp384"}]}}]}
            """));
    ipsec.add(
        "child-policies",
        json(
            """
            {"child-policy": [{"name": "udp-only", "mode": "tunnel", "protocols": ["udp"],
              "rekey-time": 3600, "start-action": "none",
              "proposals": {"proposal": [{"name": "1", "encryption": "aes256-gcm",
                "integrity": "none", "dh-group": "ecp384", "esn": false}]}}]}
            """));
    ipsec.add("data-planes", list("data-plane", plane(a), plane(b)));
    ipsec.add("gateways", list("gateway", gateway(a, b, ikePort), gateway(b, a, ikePort)));
    ipsec.add("tunnels", list("tunnel", tunnel(a, b), tunnel(b, a)));
    JsonObject body = new JsonObject();
    body.add("keyway-ipsec:ipsec", ipsec);
    return body;
  }

  private static JsonElement plane(Site site) {
    return json(
        """
        {"name": "%s", "infrap4d": {"p4runtime-address": "127.0.0.1:%d",
          "gnmi-address": "127.0.0.1:%d", "tls": {"enabled": false}}}
        """
            .formatted(site.plane(), site.devicePort(), site.devicePort()));
  }

  private static JsonElement gateway(Site here, Site there, int ikePort) {
    return json(
        """
        {"name": "%s", "ike-policy": "cnr", "data-plane": "%s",
          "local-address": "%s", "remote-address": "%s", "local-port": %d, "remote-port": %d,
          "authentication": {"method": "pre-shared-key", "local-id": "%s", "remote-id": "%s",
            "secret": "%s"}}
        """
            .formatted(
                here.gatewayName(),
                here.plane(),
                here.gateway(),
                there.gateway(),
                ikePort,
                ikePort,
                here.identity(),
                there.identity(),
                SECRET));
  }

  private static JsonElement tunnel(Site here, Site there) {
    return json(
        """
        {"name": "%s", "gateway": "%s", "child-policy": "udp-only",
          "local-ts": [{"name": "1", "prefix": "%s/32"}],
          "remote-ts": [{"name": "1", "prefix": "%s/32"}]}
        """
            .formatted(here.tunnel(), here.gatewayName(), here.host(), there.host()));
  }

  private static JsonObject list(String name, JsonElement... entries) {
    JsonArray array = new JsonArray();
    List.of(entries).forEach(array::add);
    JsonObject object = new JsonObject();
    object.add(name, array);
    return object;
  }

  private static JsonElement json(String text) {
    return JsonParser.parseString(text);
  }
}
