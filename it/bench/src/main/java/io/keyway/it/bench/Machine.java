package io.keyway.it.bench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.LocalDateTime;
import java.time.temporal.ChronoUnit;
import java.util.Locale;

/** The facts without which no figure means anything. */
final class Machine {
  private Machine() {}

  static String describe() throws IOException {
    return String.format(
        Locale.ROOT,
        "%s; %d cores, %s, %.0f GiB; Linux %s; Java %s (%s)%nload at start %s, %s",
        LocalDateTime.now().truncatedTo(ChronoUnit.MINUTES),
        Runtime.getRuntime().availableProcessors(),
        field("/proc/cpuinfo", "model name", "CPU of unknown model"),
        Long.parseLong(field("/proc/meminfo", "MemTotal", "0").replaceAll("[^0-9]", ""))
            / 1048576.0,
        System.getProperty("os.version"),
        System.getProperty("java.runtime.version"),
        System.getProperty("java.vm.name"),
        load(),
        verdict());
  }

  /** The three load averages. */
  static String load() throws IOException {
    String[] fields = Files.readString(Path.of("/proc/loadavg")).split(" ");
    return fields[0] + " " + fields[1] + " " + fields[2];
  }

  private static String verdict() throws IOException {
    double last = Double.parseDouble(load().split(" ")[0]);
    return last < 0.5
        ? "the machine is quiet"
        : "others work on this machine: wall-clock figures are lower bounds, CPU times hold better";
  }

  private static String field(String file, String name, String otherwise) throws IOException {
    return Files.readAllLines(Path.of(file)).stream()
        .filter(line -> line.startsWith(name))
        .map(line -> line.substring(line.indexOf(':') + 1).strip())
        .findFirst()
        .orElse(otherwise);
  }
}
