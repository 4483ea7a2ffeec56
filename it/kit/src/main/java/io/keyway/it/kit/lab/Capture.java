package io.keyway.it.kit.lab;

import java.io.Closeable;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Every frame on one device of a namespace, kept in a file until somebody looks. */
public final class Capture implements Closeable {

  private static final Duration END = Duration.ofSeconds(10);
  private static final Pattern LOST = Pattern.compile("(\\d+) packets dropped by kernel");

  private final Path file;
  private final Path said;
  private final Process process;

  private Capture(Path file, Path said, Process process) {
    this.file = file;
    this.said = said;
    this.process = process;
  }

  /**
   * Returns when it listens.
   *
   * @param octets how much of each frame is kept; 0: all of it
   */
  public static Capture start(NetNs ns, String device, Path file, int octets) {
    Path said = file.resolveSibling(file.getFileName() + ".log");
    try {
      Process process =
          new ProcessBuilder(
                  ns.inside(
                      List.of(
                          "tcpdump",
                          "-n",
                          "-U",
                          "-B",
                          "32768",
                          "-s",
                          Integer.toString(octets),
                          "-Z",
                          "root",
                          "-i",
                          device,
                          "-w",
                          file.toString())))
              .redirectErrorStream(true)
              .redirectOutput(said.toFile())
              .start();
      Capture capture = new Capture(file, said, process);
      Await.until("tcpdump listens on " + device, () -> capture.said().contains("listening on"));
      return capture;
    } catch (IOException e) {
      throw new UncheckedIOException("no capture on " + device, e);
    }
  }

  private String said() {
    try {
      return Files.readString(said);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Ends it, and makes sure that no frame was missed. */
  public Capture complete() {
    close();
    Matcher lost = LOST.matcher(said());
    if (!lost.find() || !lost.group(1).equals("0")) {
      throw new AssertionError("the capture is not complete: " + said());
    }
    return this;
  }

  /** The file, complete when {@link #complete} returned. */
  public Path file() {
    return file;
  }

  @Override
  public void close() {
    process.destroy();
    try {
      if (!process.waitFor(END.toMillis(), TimeUnit.MILLISECONDS)) {
        process.destroyForcibly().waitFor();
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      process.destroyForcibly();
    }
  }
}
