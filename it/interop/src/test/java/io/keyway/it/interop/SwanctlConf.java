package io.keyway.it.interop;

import com.google.gson.JsonArray;
import com.google.gson.JsonObject;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.IntFunction;

/**
 * The text of a swanctl.conf with one connection {@code kw} and one child {@code c1}, the CNR
 * profile unless a test says otherwise.
 */
final class SwanctlConf {

  static final String CONNECTION = "kw";
  static final String CHILD = "c1";
  static final String PSK = "correct horse battery staple 7";

  private final Map<String, String> connection = new LinkedHashMap<>();
  private final Map<String, String> child = new LinkedHashMap<>();
  private String localId;
  private String remoteId;
  private final Map<String, String> localAuth = new LinkedHashMap<>(Map.of("auth", "psk"));
  private final Map<String, String> remoteAuth = new LinkedHashMap<>(Map.of("auth", "psk"));
  private final Map<String, Map<String, String>> further = new LinkedHashMap<>();
  private final Map<String, String> passwords = new LinkedHashMap<>();
  private String secret = PSK;
  private final Map<String, String> ppks = new LinkedHashMap<>();
  private final List<String[]> many = new ArrayList<>();
  private final List<String> sections = new ArrayList<>();

  private SwanctlConf(String localId, String remoteId) {
    this.localId = localId;
    this.remoteId = remoteId;
  }

  /** The profile of one side of a lab. */
  static SwanctlConf cnr(Lab.Side local, Lab.Side remote) {
    return new SwanctlConf(local.address(), remote.address())
        .connection("version", "2")
        .connection("local_addrs", local.address())
        .connection("remote_addrs", remote.address())
        .connection("proposals", "aes256gcm16-prfsha384-ecp384")
        .connection("mobike", "no")
        // Tests say when to rekey; nothing may happen by itself in between.
        .connection("rekey_time", "0")
        .child("local_ts", local.inner())
        .child("remote_ts", remote.inner())
        .child("esp_proposals", "aes256gcm16-ecp384")
        .child("rekey_time", "0")
        .child("life_time", "0");
  }

  SwanctlConf connection(String key, String value) {
    connection.put(key, value);
    return this;
  }

  /** The other end may be anywhere. */
  SwanctlConf anyPeer() {
    connection.remove("remote_addrs");
    return this;
  }

  SwanctlConf child(String key, String value) {
    child.put(key, value);
    return this;
  }

  /** What the peer must say it is. */
  SwanctlConf remoteId(String id) {
    remoteId = id;
    return this;
  }

  SwanctlConf localId(String id) {
    localId = id;
    return this;
  }

  /** A key of section {@code local}, such as {@code auth = pubkey} or {@code certs}. */
  SwanctlConf local(String key, String value) {
    localAuth.put(key, value);
    return this;
  }

  /** A key of section {@code remote}, such as {@code cacerts} or {@code revocation}. */
  SwanctlConf remote(String key, String value) {
    remoteAuth.put(key, value);
    return this;
  }

  /** A key of a further round: section {@code local-2}, {@code remote-2} and so on. */
  SwanctlConf round(String section, String key, String value) {
    further.computeIfAbsent(section, s -> new LinkedHashMap<>()).put(key, value);
    return this;
  }

  /** Names certificates by their files, as charon wants it, in all rounds. */
  SwanctlConf certificateFiles() {
    List<Map<String, String>> sections = new ArrayList<>(further.values());
    sections.addAll(List.of(localAuth, remoteAuth));
    for (Map<String, String> keys : sections) {
      keys.computeIfPresent("certs", (key, name) -> name + ".pem");
      // All of them are in charon's directory, which is what no name means.
      keys.remove("cacerts");
    }
    return this;
  }

  /** The password of an EAP user. */
  SwanctlConf password(String user, String password) {
    passwords.put(user, password);
    return this;
  }

  SwanctlConf secret(String text) {
    secret = text;
    return this;
  }

  /** A post-quantum pre-shared key that this side has; {@code ppk_id} names the one it uses. */
  SwanctlConf ppk(String id, String text) {
    ppks.put(id, text);
    return this;
  }

  /** A section of its own, such as {@code pools { ... }}; only charon reads it. */
  SwanctlConf section(String text) {
    sections.add(text);
    return this;
  }

  /** Many children c1, c2 ... instead of one, each like the one but for its selectors. */
  SwanctlConf many(int count, IntFunction<String> localTs, IntFunction<String> remoteTs) {
    for (int i = 1; i <= count; i++) {
      many.add(new String[] {"c" + i, localTs.apply(i), remoteTs.apply(i)});
    }
    return this;
  }

  private List<String[]> children() {
    return many.isEmpty()
        ? List.<String[]>of(new String[] {CHILD, child.get("local_ts"), child.get("remote_ts")})
        : many;
  }

  /** The same for the native engine: the words of swanctl.conf as flat JSON. */
  JsonObject json() {
    JsonObject json = new JsonObject();
    json.addProperty("name", CONNECTION);
    json.addProperty("local_id", localId);
    json.addProperty("remote_id", remoteId);
    json.addProperty("secret", secret);
    JsonObject quantum = new JsonObject();
    ppks.forEach(quantum::addProperty);
    json.add("ppks", quantum);
    connection.forEach(json::addProperty);
    localAuth.forEach((key, value) -> json.addProperty("local." + key, value));
    remoteAuth.forEach((key, value) -> json.addProperty("remote." + key, value));
    further.forEach(
        (section, keys) ->
            keys.forEach((key, value) -> json.addProperty(section + "." + key, value)));
    JsonObject users = new JsonObject();
    passwords.forEach(users::addProperty);
    json.add("passwords", users);
    child.forEach(
        (key, value) ->
            json.addProperty(key.matches("(rekey|life)_time") ? "child_" + key : key, value));
    JsonArray all = new JsonArray();
    for (String[] one : children()) {
      JsonObject entry = new JsonObject();
      entry.addProperty("name", one[0]);
      entry.addProperty("local_ts", one[1]);
      entry.addProperty("remote_ts", one[2]);
      all.add(entry);
    }
    json.add("children", all);
    return json;
  }

  String render() {
    StringBuilder out = new StringBuilder("connections {\n  " + CONNECTION + " {\n");
    connection.forEach((key, value) -> line(out, 4, key, value));
    out.append("    local {\n");
    localAuth.forEach((key, value) -> line(out, 6, key, value));
    line(out, 6, "id", quoted(localId));
    out.append("    }\n    remote {\n");
    remoteAuth.forEach((key, value) -> line(out, 6, key, value));
    line(out, 6, "id", quoted(remoteId));
    out.append("    }\n");
    further.forEach(
        (section, keys) -> {
          out.append("    ").append(section).append(" {\n");
          keys.forEach((key, value) -> line(out, 6, key, value));
          out.append("    }\n");
        });
    out.append("    children {\n");
    for (String[] one : children()) {
      Map<String, String> keys = new LinkedHashMap<>(child);
      keys.put("local_ts", one[1]);
      keys.put("remote_ts", one[2]);
      out.append("      ").append(one[0]).append(" {\n");
      keys.forEach((key, value) -> line(out, 8, key, value));
      out.append("      }\n");
    }
    out.append("    }\n  }\n}\n");
    out.append("secrets {\n  ike-1 {\n    id-a = ").append(quoted(localId));
    out.append("\n    id-b = ").append(quoted(remoteId));
    out.append("\n    secret = \"").append(secret).append("\"\n  }\n");
    ppks.forEach(
        (id, text) -> {
          out.append("  ppk-").append(out.length()).append(" {\n");
          line(out, 4, "id", id);
          line(out, 4, "secret", '"' + text + '"');
          out.append("  }\n");
        });
    passwords.forEach(
        (user, password) -> {
          out.append("  eap-").append(user.replaceAll("[^a-z0-9]", "-")).append(" {\n");
          line(out, 4, "id", user);
          line(out, 4, "secret", '"' + password + '"');
          out.append("  }\n");
        });
    out.append("}\n");
    sections.forEach(text -> out.append(text).append('\n'));
    return out.toString();
  }

  private static String quoted(String id) {
    return id.contains("=") ? '"' + id + '"' : id;
  }

  private static void line(StringBuilder out, int indent, String key, String value) {
    out.append(" ".repeat(indent)).append(key).append(" = ").append(value).append('\n');
  }
}
