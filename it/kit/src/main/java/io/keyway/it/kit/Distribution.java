package io.keyway.it.kit;

import io.keyway.it.kit.lab.Remains;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/**
 * One unpacked distribution with its own directory and ports, started and stopped as an operator
 * would. Stops what it started, by process id; the directory goes with it unless it is to be kept.
 */
public final class Distribution implements java.io.Closeable {

  /** In the home: who answers for it, by process id. */
  private static final String OWNER = ".owner";

  private final Path home;
  private final int httpsPort;
  private final int sshPort;
  private volatile Process process;
  private boolean keep;
  private boolean shortLived;

  private Distribution(Path home, int httpsPort, int sshPort) {
    this.home = home;
    this.httpsPort = httpsPort;
    this.sshPort = sshPort;
  }

  /**
   * Unpacks into a new directory and gives it free ports.
   *
   * @param archive the distribution's tar.gz
   */
  public static Distribution unpack(Path archive, Path parent)
      throws IOException, InterruptedException {
    Path home = Files.createTempDirectory(parent, "keyway-");
    // First of all, so that it can be told whose it is, whenever this ends.
    Files.writeString(home.resolve(OWNER), ProcessHandle.current().pid() + "\n");
    try {
      return inHome(archive, home);
    } catch (IOException | InterruptedException | RuntimeException e) {
      Remains.delete(home);
      throw e;
    }
  }

  private static Distribution inHome(Path archive, Path home)
      throws IOException, InterruptedException {
    run(
        List.of(
            "tar",
            "xzf",
            archive.toAbsolutePath().toString(),
            "--strip-components=1",
            "-C",
            home.toString()));
    Distribution distribution = new Distribution(home, Ports.tcp(), Ports.tcp());
    int raft = Ports.tcp();
    distribution.set(
        "org.ops4j.pax.web.cfg",
        "org.osgi.service.http.port.secure",
        "8443",
        distribution.httpsPort);
    distribution.set("org.apache.karaf.shell.cfg", "sshPort", "8101", distribution.sshPort);
    Path akka = home.resolve("configuration/initial/akka.conf");
    Files.writeString(akka, Files.readString(akka).replace("2550", Integer.toString(raft)));
    return distribution;
  }

  /**
   * Ends and removes what runs that were killed left in a directory; what belongs to a process that
   * lives, and what was to be kept, stays.
   *
   * @return what it ended and removed, for people
   */
  public static List<String> takeDownRemains(Path parent) throws IOException {
    List<String> taken = new ArrayList<>();
    try (Stream<Path> homes = Files.list(parent)) {
      for (Path owner : homes.map(home -> home.resolve(OWNER)).filter(Files::exists).toList()) {
        String pid = Files.readString(owner).strip();
        if (pid.matches("\\d{1,9}") && Remains.gone(Long.parseLong(pid))) {
          Path home = owner.getParent();
          taken.addAll(Remains.killAll(home + "/"));
          Remains.delete(home);
          taken.add("directory " + home);
        }
      }
    }
    return taken;
  }

  private void set(String file, String key, String old, int value) throws IOException {
    Path path = home.resolve("etc").resolve(file);
    String text = Files.readString(path);
    String changed = text.replace(key + " = " + old, key + " = " + value);
    if (changed.equals(text)) {
      throw new IOException(path + " has no line '" + key + " = " + old + "'");
    }
    Files.writeString(path, changed);
  }

  public Path home() {
    return home;
  }

  public Path etc() {
    return home.resolve("etc");
  }

  public int httpsPort() {
    return httpsPort;
  }

  public int sshPort() {
    return sshPort;
  }

  /** What the container printed. */
  public Path console() {
    return home.resolve("data/console.log");
  }

  /** What the container logged. */
  public Path log() {
    return home.resolve("data/log/karaf.log");
  }

  /** Keeps the directory after {@link #close()}. */
  public void keep() throws IOException {
    keep = true;
    Files.deleteIfExists(home.resolve(OWNER));
  }

  /**
   * Has the virtual machine compile once and lightly, which takes 40 % less of the processor until
   * RESTCONF answers. Not for measuring: what runs long runs slower.
   */
  public void shortLived() {
    shortLived = true;
  }

  /** Puts a configuration in place, as an operator would before a start. */
  public void configure(String pid, Map<String, String> settings) throws IOException {
    StringBuilder text = new StringBuilder();
    settings.forEach((key, value) -> text.append(key).append(" = ").append(value).append('\n'));
    Files.writeString(etc().resolve(pid + ".cfg"), text);
  }

  /**
   * Adds a feature to those that the boot installs, as an operator would before the first start.
   */
  public void boot(String feature) throws IOException {
    Path path = etc().resolve("org.apache.karaf.features.cfg");
    String text = Files.readString(path);
    String changed = text.replaceFirst("(?m)^(\\s*)(keyway-all/[^,\\s]+)", "$1$2, " + feature);
    if (changed.equals(text)) {
      throw new IOException(path + " has no boot feature keyway-all");
    }
    Files.writeString(path, changed);
  }

  /** Starts the container; returns at once. */
  public void start() throws IOException {
    Files.createDirectories(home.resolve("data"));
    ProcessBuilder builder =
        new ProcessBuilder(home.resolve("bin/karaf").toString(), "daemon")
            .redirectErrorStream(true)
            .redirectOutput(ProcessBuilder.Redirect.appendTo(console().toFile()));
    builder.environment().keySet().removeIf(name -> name.startsWith("KARAF_"));
    builder.environment().put("JAVA_HOME", System.getProperty("java.home"));
    if (shortLived) {
      builder
          .environment()
          .merge("EXTRA_JAVA_OPTS", "-XX:TieredStopAtLevel=1", (a, b) -> a + " " + b);
    }
    process = builder.start();
  }

  /** A client that trusts the certificate that this distribution made for itself. */
  public Restconf restconf() {
    return new Restconf(httpsPort, etc().resolve("keyway"));
  }

  /**
   * Waits until RESTCONF answers the administrator.
   *
   * @return the client
   */
  public Restconf awaitRestconf(Duration limit) throws IOException, InterruptedException {
    long end = System.nanoTime() + limit.toNanos();
    String last = "no connection yet";
    while (System.nanoTime() < end) {
      Process running = process;
      if (running == null) {
        throw new IOException("the container was stopped while it started");
      }
      if (!running.isAlive()) {
        throw new IOException(
            "the container ended by itself with status "
                + running.exitValue()
                + "\n"
                + LastWords.of(this));
      }
      if (Files.exists(etc().resolve("keyway/tls.p12"))
          && Files.exists(etc().resolve("keyway/admin.password"))) {
        try {
          Restconf restconf = restconf();
          Restconf.Reply reply = restconf.get("/rests/data/keyway-ipsec:ipsec?content=config");
          // 409 is "data-missing": nothing is configured yet. A 404 comes from a web server without
          // RESTCONF.
          if (reply.status() == 200 || reply.status() == 409) {
            return restconf;
          }
          last = "HTTP " + reply.status();
        } catch (IOException e) {
          last = e.toString();
        }
      }
      Thread.sleep(150);
    }
    throw new IOException(
        "RESTCONF did not answer within "
            + limit.toSeconds()
            + " s ("
            + last
            + ")\n"
            + LastWords.of(this));
  }

  /** Process id of the virtual machine, or of the script before there is one. */
  public long pid() {
    return process
        .descendants()
        .filter(p -> p.info().command().map(c -> c.endsWith("java")).orElse(false))
        .findFirst()
        .map(ProcessHandle::pid)
        .orElse(process.pid());
  }

  /** Exit status of a container that ended by itself. */
  public int exitStatus() throws InterruptedException {
    return process.waitFor();
  }

  /** Stops the container: first politely, then not. */
  public void stop() throws InterruptedException {
    end(20);
  }

  /** Ends it as {@code kill -9} or a loss of power does; it may be started again. */
  public void kill() throws InterruptedException {
    List<ProcessHandle> all =
        Stream.concat(process.descendants(), Stream.of(process.toHandle())).toList();
    all.forEach(ProcessHandle::destroyForcibly);
    for (ProcessHandle handle : all) {
      handle.onExit().join();
    }
    process = null;
  }

  private void end(int patienceSeconds) throws InterruptedException {
    if (process == null) {
      return;
    }
    List<ProcessHandle> all =
        Stream.concat(process.descendants(), Stream.of(process.toHandle())).toList();
    all.forEach(ProcessHandle::destroy);
    if (!process.waitFor(patienceSeconds, TimeUnit.SECONDS)) {
      all.forEach(ProcessHandle::destroyForcibly);
    }
    for (ProcessHandle handle : all) {
      try {
        handle.onExit().get(10, TimeUnit.SECONDS);
      } catch (java.util.concurrent.ExecutionException | java.util.concurrent.TimeoutException e) {
        handle.destroyForcibly();
      }
    }
    process = null;
  }

  /** A signal and who was running it may both close it; the second finds nothing to do. */
  @Override
  public synchronized void close() throws IOException {
    try {
      // What is thrown away need not be left in order.
      end(keep ? 20 : 0);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    if (!keep) {
      Remains.delete(home);
    }
  }

  private static void run(List<String> command) throws IOException, InterruptedException {
    Process process = new ProcessBuilder(command).inheritIO().start();
    if (process.waitFor() != 0) {
      throw new IOException("failed: " + String.join(" ", command));
    }
  }
}
