package io.keyway.it.bench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** What Linux knows of a process. */
public final class Proc {
  /** USER_HZ, the unit of times in /proc, is 100 on every architecture that Java runs on. */
  private static final double TICKS_PER_SECOND = 100;

  private Proc() {}

  /** Seconds of CPU, user and system, of all threads of a process since its start. */
  public static double cpuSeconds(long pid) throws IOException {
    String stat = Files.readString(Path.of("/proc/" + pid + "/stat"));
    // The name in parentheses may hold anything, blanks too: count from behind it.
    String[] fields = stat.substring(stat.lastIndexOf(')') + 2).split(" ");
    return (Long.parseLong(fields[11]) + Long.parseLong(fields[12])) / TICKS_PER_SECOND;
  }

  /** Resident memory (VmRSS) of a process in MiB. */
  public static double residentMib(long pid) throws IOException {
    List<String> lines = Files.readAllLines(Path.of("/proc/" + pid + "/status"));
    for (String line : lines) {
      if (line.startsWith("VmRSS:")) {
        return Long.parseLong(line.replaceAll("[^0-9]", "")) / 1024.0;
      }
    }
    throw new IOException("process " + pid + " has no VmRSS; it ended");
  }
}
