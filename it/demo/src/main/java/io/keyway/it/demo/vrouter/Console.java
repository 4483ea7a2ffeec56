package io.keyway.it.demo.vrouter;

import io.keyway.it.kit.Distribution;
import io.keyway.it.kit.lab.Exec;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.jar.JarFile;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** The shell of a controller, by the ssh of the machine, as {@code ./keyway console} opens it. */
final class Console {

  private static final Duration LIMIT = Duration.ofSeconds(60);

  private final Distribution distribution;

  Console(Distribution distribution) {
    this.distribution = distribution;
  }

  /** Runs a command; fails when it fails. */
  String run(String command) throws IOException {
    Path keyway = distribution.etc().resolve("keyway");
    Exec.Result result =
        Exec.run(
            LIMIT,
            Map.of(),
            List.of(
                "ssh",
                "-q",
                "-p",
                Integer.toString(distribution.sshPort()),
                "-F",
                "/dev/null",
                "-i",
                keyway.resolve("console.key").toString(),
                "-o",
                "IdentitiesOnly=yes",
                "-o",
                "BatchMode=yes",
                "-o",
                "HostKeyAlias=keyway",
                "-o",
                "StrictHostKeyChecking=yes",
                "-o",
                "UserKnownHostsFile=" + keyway.resolve("known_hosts"),
                "admin@127.0.0.1",
                command));
    if (!result.ok() || result.output().contains("Error executing")) {
      throw new IOException(
          "'" + command + "' in the shell: status " + result.status() + ", " + result.output());
    }
    return result.output();
  }

  /**
   * Replaces a bundle of ours by the same one, which stops and starts it.
   *
   * @param artifact such as {@code keyway-sad}
   */
  void update(String artifact) throws IOException {
    Path jar = jar(artifact);
    String name;
    try (JarFile file = new JarFile(jar.toFile())) {
      name = file.getManifest().getMainAttributes().getValue("Bundle-SymbolicName").split(";")[0];
    }
    String list = run("bundle:list -t 0 -s --no-format");
    Matcher line =
        Pattern.compile("(?m)^\\s*(\\d+)\\s.*\\s" + Pattern.quote(name) + "\\s")
            .matcher(list + "\n");
    if (!line.find()) {
      throw new IOException("there is no bundle " + name);
    }
    run("bundle:update " + line.group(1) + " file:" + jar);
  }

  private Path jar(String artifact) throws IOException {
    Path directory = distribution.home().resolve("system/io/keyway").resolve(artifact);
    try (Stream<Path> files = Files.walk(directory)) {
      return files
          .filter(file -> file.toString().endsWith(".jar"))
          .findFirst()
          .orElseThrow(() -> new IOException("no jar below " + directory));
    }
  }
}
