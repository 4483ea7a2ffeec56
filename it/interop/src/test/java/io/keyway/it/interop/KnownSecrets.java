package io.keyway.it.interop;

import io.keyway.it.kit.SecretSearch;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * What charon knows of the keys of a lab, looked for in what the native engine logged (at DEBUG)
 * and printed. charon tells the shared secret, SKEYSEED and every SK_* at level 4 of its IKE log,
 * and both stub kernels write down ESP keys, the configuration holds shared keys, PPKs and
 * passwords; what EAP made (MSK) is the secret that AUTH is computed with; that the same search
 * finds them there is the proof that it would find them elsewhere.
 */
final class KnownSecrets {

  private static final Pattern DUMP =
      Pattern.compile("\\[IKE] (?:<\\S+> )?(?:<\\S+> )?(.+) => (\\d+) bytes @ 0x");
  private static final Pattern LINE =
      Pattern.compile("\\[IKE] (?:<\\S+> )? *\\d+: ((?:[0-9A-F]{2} )+)");
  private static final Pattern ESP_KEY =
      Pattern.compile("\"(?:enc|int)_key\": ?\"([0-9a-fA-F]{24,})\"");

  private static final Pattern CONFIGURED = Pattern.compile("secret = \"([^\"]+)\"");

  private final Map<String, byte[]> secrets = new LinkedHashMap<>();

  private KnownSecrets() {}

  /** Of every charon and stub that has run in the lab. */
  static KnownSecrets of(Lab lab) throws IOException {
    KnownSecrets known = new KnownSecrets();
    for (Path file : files(lab, "charon.log")) {
      known.readDumps(Files.readAllLines(file));
    }
    for (Path file : files(lab, "swanctl.conf")) {
      Matcher secret = CONFIGURED.matcher(Files.readString(file));
      while (secret.find()) {
        known.add("configured", secret.group(1).getBytes(StandardCharsets.UTF_8));
      }
    }
    for (Path file : files(lab, "stub.jsonl")) {
      Matcher key = ESP_KEY.matcher(Files.readString(file));
      while (key.find()) {
        known.add("ESP key", HexFormat.of().parseHex(key.group(1)));
      }
    }
    return known;
  }

  private void readDumps(List<String> lines) {
    for (int i = 0; i < lines.size(); i++) {
      Matcher dump = DUMP.matcher(lines.get(i));
      if (!dump.find() || !secret(dump.group(1))) {
        continue;
      }
      ByteArrayOutputStream octets = new ByteArrayOutputStream();
      Matcher line;
      while (i + 1 < lines.size() && (line = LINE.matcher(lines.get(i + 1))).find()) {
        octets.writeBytes(HexFormat.ofDelimiter(" ").parseHex(line.group(1).strip()));
        i++;
      }
      int length = Integer.parseInt(dump.group(2));
      if (octets.size() != length) {
        throw new AssertionError(
            "read " + octets.size() + " octets of the " + length + " of " + dump.group(1));
      }
      add(dump.group(1), octets.toByteArray());
    }
  }

  private static boolean secret(String label) {
    return label.endsWith("secret")
        || label.startsWith("SK")
        || label.startsWith("prf(secret")
        || label.endsWith("PPK");
  }

  private void add(String name, byte[] octets) {
    // The empty integrity key of an AEAD is none.
    if (octets.length >= 12) {
      secrets.put(name + " #" + secrets.size(), octets);
    }
  }

  /** How many are this text. */
  long count(String text) {
    byte[] octets = text.getBytes(StandardCharsets.UTF_8);
    return secrets.values().stream().filter(s -> Arrays.equals(s, octets)).count();
  }

  /** Those that AUTH was computed with, of so many octets: the keys that EAP made. */
  long ofAuth(int octets) {
    return secrets.entrySet().stream()
        .filter(s -> s.getKey().startsWith("secret #") && s.getValue().length == octets)
        .map(s -> HexFormat.of().formatHex(s.getValue()))
        .distinct()
        .count();
  }

  int count() {
    return secrets.size();
  }

  /** Finds of any of them in the engine's log and on its standard error. */
  List<String> leaked(Lab lab) throws IOException {
    return search(files(lab, "keyway.log", "keyway.err"));
  }

  /** Finds in charon's own log: the control. */
  List<String> control(Lab lab) throws IOException {
    return search(files(lab, "charon.log"));
  }

  private List<String> search(List<Path> where) throws IOException {
    SecretSearch search = new SecretSearch();
    secrets.forEach(search::add);
    List<String> finds = new ArrayList<>();
    for (Path file : where) {
      search.in(Files.readAllBytes(file)).forEach(find -> finds.add(file + ": " + find));
    }
    return finds;
  }

  private static List<Path> files(Lab lab, String... names) throws IOException {
    try (Stream<Path> all = Files.walk(lab.dir())) {
      return all.filter(f -> List.of(names).contains(f.getFileName().toString())).toList();
    }
  }
}
