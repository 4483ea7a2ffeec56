package io.keyway.it.bench.load;

import com.google.gson.JsonArray;
import com.google.gson.JsonObject;

/**
 * Input of the operation {@code load}: sites of a gateway and a tunnel each, as an orchestrator
 * writes them. No data plane is configured, so that this is the cost of the configuration alone.
 */
final class Items {

  /** How many entries one site has. */
  static final int OF_A_SITE = 2;

  private static final String IKE_POLICY =
      """
      {"keyway-ipsec:ike-policy": [{"name": "bench", "proposals": {"proposal": [{"name": "1",
        "encryption": "aes256-gcm", "integrity": "none", "prf": "sha384", "dh-group": "ecp384"}]},
        "authentication": {"method": "pre-shared-key", "local-id": "hub", "secret": "bench"}}]}""";

  private static final String CHILD_POLICY =
      """
      {"keyway-ipsec:child-policy": [{"name": "bench", "mode": "tunnel", "proposals": {"proposal":
        [{"name": "1", "encryption": "aes256-gcm", "integrity": "none"}]},
        "start-action": "none"}]}""";

  private Items() {}

  /** What every site refers to. */
  static JsonArray policies() {
    JsonArray items = new JsonArray();
    items.add(item(0, "ike-policies/ike-policy=bench", IKE_POLICY));
    items.add(item(1, "child-policies/child-policy=bench", CHILD_POLICY));
    return items;
  }

  /** Entries of the sites from {@code first} on. */
  static JsonArray sites(int first, int count) {
    JsonArray items = new JsonArray();
    for (int site = first; site < first + count; site++) {
      items.add(item(OF_A_SITE * site, gatewayEntry(site), gateway(site)));
      items.add(item(OF_A_SITE * site + 1, tunnelEntry(site), tunnel(site)));
    }
    return items;
  }

  static String gatewayEntry(int site) {
    return "gateways/gateway=site-" + site;
  }

  static String tunnelEntry(int site) {
    return "tunnels/tunnel=site-" + site;
  }

  static String gateway(int site) {
    return """
        {"keyway-ipsec:gateway": [{"name": "site-%d", "ike-policy": "bench",
          "local-address": "192.0.2.1", "remote-address": "10.%d.%d.%d"}]}"""
        .formatted(site, site >> 16 & 255, site >> 8 & 255, site & 255);
  }

  private static String tunnel(int site) {
    return """
        {"keyway-ipsec:tunnel": [{"name": "site-%d", "gateway": "site-%d",
          "child-policy": "bench"}]}"""
        .formatted(site, site);
  }

  private static JsonObject item(int index, String entry, String value) {
    JsonObject item = new JsonObject();
    item.addProperty("index", index);
    item.addProperty("entry", entry);
    item.addProperty("value", value);
    return item;
  }
}
