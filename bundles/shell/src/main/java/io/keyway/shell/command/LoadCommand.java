package io.keyway.shell.command;

import io.keyway.shell.CommandFailure;
import io.keyway.shell.yaml.BadFile;
import io.keyway.shell.yaml.Loader;
import java.io.IOException;
import java.nio.charset.CharacterCodingException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Duration;
import org.apache.karaf.shell.api.action.Argument;
import org.apache.karaf.shell.api.action.Command;
import org.apache.karaf.shell.api.action.Completion;
import org.apache.karaf.shell.api.action.Option;
import org.apache.karaf.shell.api.action.lifecycle.Service;
import org.apache.karaf.shell.support.completers.FileCompleter;

/** Loads a YAML file, all or nothing. */
@Service
@Command(
    scope = "ipsec",
    name = "load",
    description = "Loads a YAML file into the configuration, all of it or nothing")
public final class LoadCommand extends IpsecCommand {

  /** Four octets for each character that the loader takes. */
  private static final long MOST_OCTETS = 256L * 1024 * 1024;

  @Argument(name = "file", description = "the YAML file", required = true)
  @Completion(FileCompleter.class)
  String file;

  @Option(name = "--dry-run", description = "check the file, change nothing")
  boolean dryRun;

  @Option(name = "--timeout", description = "seconds to wait for the configuration store")
  int timeout = 60;

  @Override
  void run() {
    String text = read(Path.of(file));
    try {
      Loader.Report report =
          new Loader(services.intent(), services.secrets())
              .load(text, dryRun, Duration.ofSeconds(timeout));
      print(report.lines());
      if (!report.loaded()) {
        throw new CommandFailure(file + " was not loaded");
      }
    } catch (BadFile e) {
      throw new CommandFailure(file + " was not loaded, nothing was changed:\n" + e.getMessage());
    }
  }

  private static String read(Path path) {
    try {
      if (Files.isDirectory(path)) {
        throw new CommandFailure(path + " is a directory");
      }
      if (Files.size(path) > MOST_OCTETS) {
        throw new CommandFailure(path + " is larger than 256 MiB; split it");
      }
      return Files.readString(path);
    } catch (NoSuchFileException e) {
      throw new CommandFailure("there is no file " + path.toAbsolutePath());
    } catch (CharacterCodingException e) {
      throw new CommandFailure(path + " is not UTF-8 text");
    } catch (IOException e) {
      throw new CommandFailure("cannot read " + path.toAbsolutePath() + ": " + e);
    }
  }
}
