package io.keyway.esp;

import java.io.BufferedReader;
import java.io.BufferedWriter;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/** Runs the Python script beside this class under an interpreter that has scapy. */
final class ScapyOracle implements AutoCloseable {
  private final Process process;
  private final BufferedWriter in;
  private final BufferedReader out;

  private ScapyOracle(Process process) {
    this.process = process;
    this.in = process.outputWriter(StandardCharsets.US_ASCII);
    this.out = process.inputReader(StandardCharsets.UTF_8);
  }

  /** An interpreter that can import scapy's IPsec layer, if this machine has one. */
  static Optional<String> interpreter() {
    for (String candidate : List.of("/usr/bin/python3", "python3")) {
      try {
        Process p =
            new ProcessBuilder(candidate, "-c", "import scapy.layers.ipsec")
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                .start();
        if (p.waitFor(60, TimeUnit.SECONDS) && p.exitValue() == 0) {
          return Optional.of(candidate);
        }
        p.destroyForcibly();
      } catch (IOException e) {
        // No such interpreter: try the next.
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        return Optional.empty();
      }
    }
    return Optional.empty();
  }

  static ScapyOracle start(String interpreter, Path directory) throws IOException {
    Path script = directory.resolve("scapy_esp.py");
    try (InputStream source = ScapyOracle.class.getResourceAsStream("/scapy_esp.py")) {
      Files.copy(source, script, StandardCopyOption.REPLACE_EXISTING);
    }
    return new ScapyOracle(
        new ProcessBuilder(interpreter, script.toString())
            .redirectError(ProcessBuilder.Redirect.INHERIT)
            .start());
  }

  /** One request, one answer: {@code ok HEX} or {@code error TYPE TEXT}. */
  String ask(String json) throws IOException {
    in.write(json);
    in.newLine();
    in.flush();
    String answer = out.readLine();
    if (answer == null) {
      throw new IOException("the scapy process ended; see its error output above");
    }
    return answer;
  }

  @Override
  public void close() throws IOException {
    in.close();
    try {
      if (!process.waitFor(10, TimeUnit.SECONDS)) {
        process.destroyForcibly();
      }
    } catch (InterruptedException e) {
      process.destroyForcibly();
      Thread.currentThread().interrupt();
    }
  }
}
