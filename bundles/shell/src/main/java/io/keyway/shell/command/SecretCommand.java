package io.keyway.shell.command;

import io.keyway.api.Outcome;
import io.keyway.api.key.SecretBytes;
import io.keyway.api.store.SecretStore;
import io.keyway.api.store.SecretStore.Kind;
import io.keyway.shell.CommandFailure;
import io.keyway.shell.view.Json;
import io.keyway.shell.yaml.SecretText;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.apache.karaf.shell.api.action.Argument;
import org.apache.karaf.shell.api.action.Command;
import org.apache.karaf.shell.api.action.Completion;
import org.apache.karaf.shell.api.action.Option;
import org.apache.karaf.shell.api.action.lifecycle.Service;
import org.apache.karaf.shell.support.completers.StringsCompleter;

/**
 * Puts a secret into the store. It is asked for twice and never echoed; without a terminal one line
 * of standard input is taken. It cannot be given as an argument: that would stand in the history,
 * in the log and in the list of processes.
 */
@Service
@Command(
    scope = "ipsec",
    name = "secret",
    description = "Stores a secret under a name (asks for it), lists names, or deletes one")
public final class SecretCommand extends IpsecCommand {

  private static final Character NO_ECHO = (char) 0;
  private static final int LONGEST_LINE = 16 * 1024;
  private static final Map<String, Kind> KINDS =
      Map.of(
          "pre-shared-key", Kind.PRE_SHARED_KEY,
          "ppk", Kind.PPK,
          "eap-password", Kind.EAP_PASSWORD);

  @Argument(name = "name", description = "name of the secret, as the configuration refers to it")
  @Completion(SecretCompleter.class)
  String name;

  @Option(name = "--kind", description = "pre-shared-key, ppk or eap-password")
  @Completion(
      value = StringsCompleter.class,
      values = {"pre-shared-key", "ppk", "eap-password"})
  String kind = "pre-shared-key";

  @Option(name = "--list", description = "list names and kinds; secrets cannot be read back")
  boolean list;

  @Option(name = "--delete", description = "delete the secret")
  boolean delete;

  @Option(name = "--json", description = "print the list as JSON")
  boolean json;

  private boolean interactive = true;

  @Override
  void run() {
    SecretStore store = services.secrets();
    if (list) {
      list(store);
      return;
    }
    if (name == null || !name.matches("[A-Za-z0-9_][A-Za-z0-9_.:@+-]{0,63}")) {
      throw new CommandFailure("give a name of 1 to 64 letters, digits and _ . : @ + -, or --list");
    }
    if (delete) {
      done("delete", store.remove(name));
      return;
    }
    Kind wanted = KINDS.get(kind);
    if (wanted == null) {
      throw new CommandFailure(
          "'" + kind + "' is not a kind; kinds are " + KINDS.keySet().stream().sorted().toList());
    }
    try (SecretBytes first = ask("Secret '" + name + "': ", wanted)) {
      if (interactive) {
        try (SecretBytes second = ask("Again: ", wanted)) {
          if (!first.equals(second)) {
            throw new CommandFailure("the two differ; nothing was stored");
          }
        }
      }
      // The store closes what it is given; ours are closed here.
      done("store", store.put(name, wanted, first.copy()));
    }
  }

  private void list(SecretStore store) {
    List<SecretStore.Listed> names =
        store.list().stream().sorted(Comparator.comparing(SecretStore.Listed::name)).toList();
    if (json) {
      console()
          .println(
              Json.write(
                  names.stream()
                      .map(l -> Json.object().put("name", l.name()).put("kind", word(l.kind())))
                      .toList()));
    } else if (names.isEmpty()) {
      console().println("there are no secrets");
    } else {
      names.forEach(l -> console().println(l.name() + ": " + word(l.kind())));
    }
  }

  private static String word(Kind kind) {
    return kind.name().toLowerCase(Locale.ROOT).replace('_', '-');
  }

  private SecretBytes ask(String prompt, Kind wanted) {
    String line = read(prompt);
    if (line == null || line.isEmpty()) {
      throw new CommandFailure("the secret is empty; nothing was stored");
    }
    if (wanted == Kind.EAP_PASSWORD) {
      return SecretBytes.wrap(line.getBytes(StandardCharsets.UTF_8));
    }
    return SecretText.problem(line)
        .<SecretBytes>map(
            wrong -> {
              throw new CommandFailure(wrong + "; nothing was stored");
            })
        .orElseGet(() -> SecretText.parse(line));
  }

  private String read(String prompt) {
    try {
      return session.readLine(prompt, NO_ECHO);
    } catch (UnsupportedOperationException e) {
      // A session for one command has no terminal: a script gives the secret on standard input.
      interactive = false;
      return readStandardInput();
    } catch (IOException e) {
      throw new CommandFailure("cannot ask for the secret here: " + e.getMessage());
    } catch (RuntimeException e) {
      // The terminal's way to say Ctrl-C and Ctrl-D.
      throw new CommandFailure("interrupted; nothing was stored");
    }
  }

  private String readStandardInput() {
    ByteArrayOutputStream line = new ByteArrayOutputStream();
    try {
      InputStream in = session.getKeyboard();
      for (int c = in.read(); c >= 0 && c != '\n'; c = in.read()) {
        if (c != '\r') {
          line.write(c);
        }
        if (line.size() > LONGEST_LINE) {
          throw new CommandFailure("the secret is too long; nothing was stored");
        }
      }
    } catch (IOException e) {
      throw new CommandFailure("cannot read the secret: " + e.getMessage());
    }
    return line.toString(StandardCharsets.UTF_8);
  }

  private void done(String verb, Outcome outcome) {
    if (!outcome.done()) {
      throw new CommandFailure(
          verb + " secret '" + name + "' failed: " + outcome.kind() + ": " + outcome.reason());
    }
    console().println(verb + " secret '" + name + "': " + outcome.kind());
  }
}
