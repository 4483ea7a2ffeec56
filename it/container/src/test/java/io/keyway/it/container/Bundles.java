package io.keyway.it.container;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;
import java.util.TreeMap;
import java.util.jar.JarFile;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Bundles of a container, looked at and changed by its shell. */
final class Bundles {
  private static final Pattern LINE =
      Pattern.compile("(\\d+)\\s+(\\S+)\\s+\\d+\\s+(\\S+)\\s+(\\S+).*");

  private final Shell shell;

  Bundles(Shell shell) {
    this.shell = shell;
  }

  /**
   * A line of {@code bundle:list}.
   *
   * @param state as Karaf names it; "Active" when all is well
   */
  record Bundle(long id, String state, String version) {}

  /** All bundles by symbolic name. */
  Map<String, Bundle> all() throws IOException {
    Map<String, Bundle> bundles = new TreeMap<>();
    for (String line : shell.run("bundle:list -t 0 -s --no-format").text().split("\n")) {
      Matcher cells = LINE.matcher(line.trim());
      if (cells.matches()) {
        bundles.put(
            cells.group(4),
            new Bundle(Long.parseLong(cells.group(1)), cells.group(2), cells.group(3)));
      }
    }
    return bundles;
  }

  Bundle get(String symbolicName) throws IOException {
    Bundle bundle = all().get(symbolicName);
    if (bundle == null) {
      throw new IOException("there is no bundle " + symbolicName);
    }
    return bundle;
  }

  void stop(String symbolicName) throws IOException {
    run("bundle:stop " + get(symbolicName).id());
  }

  void start(String symbolicName) throws IOException {
    run("bundle:start " + get(symbolicName).id());
  }

  void update(String symbolicName, Path jar) throws IOException {
    run("bundle:update " + get(symbolicName).id() + " file:" + jar);
  }

  private void run(String command) throws IOException {
    Shell.Output output = shell.run(command);
    if (output.status() != 0 || output.text().contains("Error")) {
      throw new IOException(command + ": " + output.text());
    }
  }

  static String symbolicName(Path jar) throws IOException {
    try (JarFile file = new JarFile(jar.toFile())) {
      return file.getManifest().getMainAttributes().getValue("Bundle-SymbolicName").split(";")[0];
    }
  }
}
