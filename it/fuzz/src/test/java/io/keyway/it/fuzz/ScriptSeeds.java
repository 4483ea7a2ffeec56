package io.keyway.it.fuzz;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HexFormat;

/** Writes the seeds of the targets that are scripts: {@code ScriptSeeds CORPUS}. */
final class ScriptSeeds {
  private final Path corpus;

  private ScriptSeeds(Path corpus) {
    this.corpus = corpus;
  }

  public static void main(String[] args) throws IOException {
    ScriptSeeds seeds = new ScriptSeeds(Path.of(args[0]));
    seeds.engine();
    seeds.reassembly();
  }

  /** Steps of {@link EngineScript}, one after the other. */
  private void engine() throws IOException {
    for (int role = 0; role < 2; role++) {
      // Everything an honest peer may ask, then its repetition, and an hour without it.
      put("engine", "asks-" + role, hex(flags(role, 14)) + requests(1, 2, 3, 4) + "0703" + "08ff");
      put("engine", "ends-" + role, hex(flags(role, 6)) + requests(3, 5, 2, 6) + "08ff08ff");
      put("engine", "rekeys-" + role, hex(flags(role, 6)) + "09000300" + "09010300" + "08ff");
      put("engine", "stops-" + role, hex(flags(role, 2)) + "09020300" + "09030300" + "09040300");
      put("engine", "strange-" + role, hex(flags(role, 0)) + "020000" + strange());
      put(
          "engine",
          "early-" + role,
          hex(flags(role, 8)) + strange() + "09010300" + "0905" + "08f0");
    }
    put("engine", "full", "0609060203" + "00" + "0907" + "020300");
  }

  private static int flags(int role, int others) {
    return role | others;
  }

  private static String requests(int... which) {
    StringBuilder all = new StringBuilder();
    for (int request : which) {
      all.append("02").append(hex(request)).append("00");
    }
    return all.toString();
  }

  /** A request and an answer of any octets, fragments, a datagram, something in clear. */
  private static String strange() {
    return "0003002900080000000829000006"
        + "010000080000000800004000"
        + "040200000001000221000400000000"
        + "0500021234"
        + "0602200129000400000000";
  }

  private void reassembly() throws IOException {
    for (int flags = 0; flags < 2; flags++) {
      String begin = hex(flags);
      put("reassembly", "honest-" + flags, begin + "030104030204030304030404");
      put("reassembly", "mixed-" + flags, begin + "0302040301040101030064" + "030105030205");
      put("reassembly", "large-" + flags, begin + "0101803e80010280" + "3e80010380" + "3e80");
      put("reassembly", "others-" + flags, begin + "0f0102850f0202851f010280000000010fff0040");
    }
  }

  private static String hex(int octet) {
    return HexFormat.of().toHexDigits((byte) octet);
  }

  private void put(String target, String name, String digits) throws IOException {
    Path directory = Files.createDirectories(corpus.resolve(target));
    Files.write(directory.resolve("made-" + name), HexFormat.of().parseHex(digits));
  }
}
