package io.keyway.it.kit;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * Looks for secrets where none may be: raw, as hexadecimal in both cases with and without colons,
 * in base64, and as arrays of decimal numbers. A prefix of 12 octets is enough to be found.
 */
public final class SecretSearch {

  private static final int PREFIX = 12;

  private final Map<String, String> needles = new LinkedHashMap<>();

  /**
   * Adds a secret.
   *
   * @param name what to call it in a report
   * @param octets at least 12 octets, or chance would find it
   */
  public SecretSearch add(String name, byte[] octets) {
    if (octets.length < PREFIX) {
      throw new IllegalArgumentException(name + " is too short to be searched for");
    }
    byte[] prefix = Arrays.copyOf(octets, PREFIX);
    HexFormat colons = HexFormat.ofDelimiter(":");
    HexFormat spaces = HexFormat.ofDelimiter(" ");
    needles.put(name + " raw", new String(prefix, StandardCharsets.ISO_8859_1));
    needles.put(name + " hex", HexFormat.of().formatHex(prefix));
    needles.put(name + " HEX", HexFormat.of().withUpperCase().formatHex(prefix));
    needles.put(name + " he:x", colons.formatHex(prefix));
    needles.put(name + " HE:X", colons.withUpperCase().formatHex(prefix));
    needles.put(name + " he x", spaces.formatHex(prefix));
    needles.put(name + " HE X", spaces.withUpperCase().formatHex(prefix));
    // 12 octets are 16 characters of base64 without a remainder, so a prefix stays a prefix.
    needles.put(name + " base64", Base64.getEncoder().encodeToString(prefix));
    needles.put(name + " base64url", Base64.getUrlEncoder().encodeToString(prefix));
    needles.put(name + " signed, ", decimal(prefix, true, ", "));
    needles.put(name + " signed,", decimal(prefix, true, ","));
    needles.put(name + " unsigned, ", decimal(prefix, false, ", "));
    needles.put(name + " unsigned,", decimal(prefix, false, ","));
    return this;
  }

  private static String decimal(byte[] octets, boolean signed, String delimiter) {
    return IntStream.range(0, octets.length)
        .map(i -> signed ? octets[i] : octets[i] & 0xFF)
        .mapToObj(Integer::toString)
        .collect(Collectors.joining(delimiter));
  }

  /** Names of the secrets, with their form, that stand in a piece of text or octets. */
  public List<String> in(byte[] content) {
    String text = new String(content, StandardCharsets.ISO_8859_1);
    return needles.entrySet().stream()
        .filter(needle -> text.contains(needle.getValue()))
        .map(Map.Entry::getKey)
        .toList();
  }

  /**
   * Searches every file below a directory.
   *
   * @param excluded files that hold secrets by their nature, such as the key store
   * @return a line for each find: file, secret, form
   */
  public List<String> below(Path directory, Predicate<Path> excluded) throws IOException {
    List<String> finds = new ArrayList<>();
    try (Stream<Path> files = Files.walk(directory)) {
      for (Path file : files.filter(Files::isRegularFile).filter(excluded.negate()).toList()) {
        in(Files.readAllBytes(file)).forEach(find -> finds.add(file + ": " + find));
      }
    }
    return finds;
  }

  /** Searches the arguments and the environment of a process and its descendants. */
  public List<String> inProcess(long pid) throws IOException {
    List<String> finds = new ArrayList<>();
    for (String part : List.of("cmdline", "environ")) {
      Path file = Path.of("/proc", Long.toString(pid), part);
      in(Files.readAllBytes(file)).forEach(find -> finds.add(file + ": " + find));
    }
    return finds;
  }
}
