package io.keyway.it.interop.engine;

import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import io.keyway.api.ike.Authentication;
import io.keyway.api.ike.Authentication.Method;
import io.keyway.api.ike.AuthenticationRound;
import io.keyway.api.ike.CertificateSettings;
import io.keyway.api.ike.EapSettings;
import io.keyway.api.ike.EapSettings.Type;
import io.keyway.api.ike.Identity;
import io.keyway.api.ike.PpkSettings;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/** Reads how both sides prove who they are from the test's words, those of swanctl.conf. */
final class Proofs {
  private static final String ANYBODY = "%any";
  private static final String OF_SECRETS = "eap-";

  private Proofs() {}

  static Authentication read(JsonObject json) {
    Method ours = method(json, "local");
    Method theirs = method(json, "remote");
    return new Authentication(
        ours,
        theirs,
        identity(Connections.text(json, "local_id", ANYBODY)),
        identity(Connections.text(json, "remote_id", ANYBODY)),
        "psk",
        certificates(json, "local", "remote"),
        both(json, ours, theirs),
        new Authentication.Extras(Optional.empty(), ppk(json)),
        rounds(json, "local"),
        rounds(json, "remote"));
  }

  /** The one that {@code ppk_id} names first; secrets are called like their ids. */
  private static PpkSettings ppk(JsonObject json) {
    List<PpkSettings.Ppk> keys = new ArrayList<>();
    String first = Connections.text(json, "ppk_id", "");
    for (String id : json.getAsJsonObject("ppks").keySet()) {
      keys.add(id.equals(first) ? 0 : keys.size(), new PpkSettings.Ppk(id, id));
    }
    return new PpkSettings(keys, Connections.text(json, "ppk_required", "no").equals("yes"));
  }

  /** By the name of the secret. */
  static Map<String, String> passwords(JsonObject json) {
    Map<String, String> named = new TreeMap<>();
    users(json).forEach((user, name) -> named.put(name, password(json, user)));
    return named;
  }

  private static String password(JsonObject json, String user) {
    return json.getAsJsonObject("passwords").get(user).getAsString();
  }

  private static Map<String, String> users(JsonObject json) {
    Map<String, String> users = new TreeMap<>();
    if (json.has("passwords")) {
      for (Map.Entry<String, JsonElement> e : json.getAsJsonObject("passwords").entrySet()) {
        users.put(e.getKey(), OF_SECRETS + e.getKey());
      }
    }
    return users;
  }

  private static Optional<Identity> identity(String text) {
    return text.equals(ANYBODY) ? Optional.empty() : Optional.of(Identity.parse(text));
  }

  private static Method method(JsonObject json, String section) {
    String word = Connections.text(json, section + ".auth", "psk");
    return word.equals("psk")
        ? Method.PRE_SHARED_KEY
        : word.startsWith("eap") ? Method.EAP : Method.CERTIFICATE;
  }

  private static CertificateSettings certificates(JsonObject json, String ours, String theirs) {
    String certificate = Connections.text(json, ours + ".certs", "");
    return new CertificateSettings(
        certificate,
        certificate,
        words(json, theirs + ".cacerts"),
        CertificateSettings.Revocation.valueOf(
            Connections.text(json, theirs + ".revocation", "relaxed").toUpperCase(Locale.ROOT)),
        words(json, "revocation_hosts"),
        words(json, "signature"));
  }

  private static EapSettings both(JsonObject json, Method ours, Method theirs) {
    EapSettings peer = ours == Method.EAP ? peer(json, "local") : EapSettings.NONE;
    EapSettings server = theirs == Method.EAP ? server(json, "remote") : EapSettings.NONE;
    boolean only = ours == Method.EAP && theirs == Method.EAP;
    return only
        ? new EapSettings(peer.methods(), peer.identity(), peer.secret(), server.users(), true)
        : ours == Method.EAP ? peer : server;
  }

  private static List<Type> methods(JsonObject json, String section) {
    List<Type> methods = new ArrayList<>();
    for (String word : Connections.text(json, section + ".auth", "").split(",\\s*")) {
      Type.ofKeyword(word.replace("eap-", "")).ifPresent(methods::add);
    }
    return methods;
  }

  private static EapSettings peer(JsonObject json, String section) {
    String name = Connections.text(json, section + ".eap_id", "");
    String user =
        name.isEmpty()
            ? Connections.text(json, section.equals("local") ? "local_id" : section + ".id", "")
            : name;
    return new EapSettings(
        methods(json, section),
        Optional.of(name).filter(n -> !n.isEmpty()),
        OF_SECRETS + user,
        Map.of(),
        false);
  }

  private static EapSettings server(JsonObject json, String section) {
    return new EapSettings(
        methods(json, section),
        Optional.of(Connections.text(json, section + ".eap_id", "")).filter(n -> !n.isEmpty()),
        "",
        users(json),
        false);
  }

  private static List<AuthenticationRound> rounds(JsonObject json, String side) {
    List<AuthenticationRound> rounds = new ArrayList<>();
    for (int i = 2; json.has(side + "-" + i + ".auth"); i++) {
      String section = side + "-" + i;
      Method method = method(json, section);
      boolean eap = method == Method.EAP;
      rounds.add(
          new AuthenticationRound(
              method,
              identity(Connections.text(json, section + ".id", ANYBODY)),
              method == Method.PRE_SHARED_KEY ? "psk" : "",
              certificates(json, section, section),
              !eap
                  ? EapSettings.NONE
                  : side.equals("local") ? peer(json, section) : server(json, section)));
    }
    return rounds;
  }

  static List<String> words(JsonObject json, String key) {
    String text = Connections.text(json, key, "");
    return text.isEmpty() ? List.of() : List.of(text.split(",\\s*"));
  }
}
