package io.keyway.it.kit.lab;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * What runs left that were killed and could not take down anything. Names of namespaces and
 * directories have the process id of who made them, so what belongs to a process that lives is
 * never touched.
 */
public final class Remains {

  private static final Pattern NAMESPACE = Pattern.compile("kw(\\d+)x\\d+[a-z]+");
  private static final Pattern DIRECTORY = Pattern.compile("kwr(\\d+)x.+");
  private static final int END_SECONDS = 10;

  private Remains() {}

  /** What the names of a process's directories begin with. */
  public static String directoryPrefix() {
    return "kwr" + ProcessHandle.current().pid() + "x";
  }

  /**
   * Takes down namespaces, with what runs in them, and directories of processes that are gone.
   *
   * @return what it took down, for people
   */
  public static List<String> takeDown() {
    List<String> taken = new ArrayList<>();
    for (String line : Exec.run("ip", "netns", "list").output().split("\n")) {
      String name = line.split(" ")[0];
      if (isRemains(NAMESPACE, name)) {
        for (String pid : Exec.run("ip", "netns", "pids", name).out().split("\\s+")) {
          if (!pid.isBlank()) {
            kill(Long.parseLong(pid)).ifPresent(taken::add);
          }
        }
        if (Exec.run("ip", "netns", "del", name).ok()) {
          taken.add("namespace " + name);
        }
      }
    }
    Path parent = Path.of(System.getProperty("java.io.tmpdir"));
    for (Path directory : children(parent)) {
      if (isRemains(DIRECTORY, directory.getFileName().toString())) {
        delete(directory);
        taken.add("directory " + directory);
      }
    }
    return taken;
  }

  private static boolean isRemains(Pattern pattern, String name) {
    Matcher matcher = pattern.matcher(name);
    return matcher.matches() && gone(Long.parseLong(matcher.group(1)));
  }

  /** Whether there is no such process. */
  public static boolean gone(long pid) {
    return ProcessHandle.of(pid).filter(ProcessHandle::isAlive).isEmpty();
  }

  /** Kills every process in whose command line these words are. */
  public static List<String> killAll(String words) {
    return ProcessHandle.allProcesses()
        .filter(process -> process.pid() != ProcessHandle.current().pid())
        .filter(process -> commandLine(process.pid()).contains(words))
        .flatMap(process -> kill(process.pid()).stream())
        .toList();
  }

  private static String commandLine(long pid) {
    try {
      byte[] line = Files.readAllBytes(Path.of("/proc/" + pid + "/cmdline"));
      return new String(line, StandardCharsets.UTF_8).replace('\0', ' ');
    } catch (IOException e) {
      return "";
    }
  }

  private static Optional<String> kill(long pid) {
    Optional<ProcessHandle> process = ProcessHandle.of(pid);
    if (process.isEmpty() || !process.get().destroyForcibly()) {
      return Optional.empty();
    }
    try {
      process.get().onExit().get(END_SECONDS, TimeUnit.SECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } catch (java.util.concurrent.ExecutionException | java.util.concurrent.TimeoutException e) {
      return Optional.of("process " + pid + " (which does not end)");
    }
    return Optional.of("process " + pid);
  }

  /** Deletes a directory with what is in it, if it is there. */
  public static void delete(Path directory) {
    if (Files.notExists(directory)) {
      return;
    }
    try (Stream<Path> files = Files.walk(directory)) {
      for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
        Files.deleteIfExists(file);
      }
    } catch (IOException e) {
      throw new UncheckedIOException("cannot delete " + directory, e);
    }
  }

  private static List<Path> children(Path parent) {
    try (Stream<Path> files = Files.list(parent)) {
      return files.toList();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
