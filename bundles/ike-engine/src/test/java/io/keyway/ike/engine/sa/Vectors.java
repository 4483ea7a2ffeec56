package io.keyway.ike.engine.sa;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HexFormat;
import java.util.Map;
import java.util.stream.Collectors;

/**
 * What {@code docs/vectors/ikev2_vectors.py} worked out of the texts of the RFCs, with no code of
 * ours.
 */
final class Vectors {
  private static final Path FILE = Path.of("../../docs/vectors/ikev2.txt");
  private static final Map<String, String> ALL = load();

  private Vectors() {}

  private static Map<String, String> load() {
    try {
      return Files.readAllLines(FILE).stream()
          .map(line -> line.split(" = "))
          .collect(Collectors.toMap(parts -> parts[0], parts -> parts[1]));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  static byte[] octets(String name) {
    return HexFormat.of().parseHex(ALL.get(name));
  }
}
