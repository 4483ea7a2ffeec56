package io.keyway.shell.command;

import io.keyway.api.Outcome;
import io.keyway.api.key.SecretBytes;
import io.keyway.api.store.SecretStore;
import io.keyway.api.store.SecretStore.Kind;
import io.keyway.shell.CommandFailure;
import io.keyway.shell.view.Json;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import org.apache.karaf.shell.api.action.Argument;
import org.apache.karaf.shell.api.action.Command;
import org.apache.karaf.shell.api.action.Completion;
import org.apache.karaf.shell.api.action.Option;
import org.apache.karaf.shell.api.action.lifecycle.Service;
import org.apache.karaf.shell.support.completers.StringsCompleter;

/**
 * Puts a secret into the store. A key that is one line is asked for twice and never echoed; a
 * private key or a certificate comes from a file, or is pasted and ended by an empty line. Without
 * a terminal standard input is taken. It cannot be given as an argument: that would stand in the
 * history, in the log and in the list of processes.
 */
@Service
@Command(
    scope = "ipsec",
    name = "secret",
    description =
        "Stores a key, password or certificate under a name (asks for it, or reads a file), lists"
            + " names, or deletes one")
public final class SecretCommand extends IpsecCommand {

  private static final Character NO_ECHO = (char) 0;
  private static final int LONGEST_LINE = 16 * 1024;
  private static final int LARGEST_FILE = 256 * 1024;

  @Argument(name = "name", description = "name of the secret, as the configuration refers to it")
  @Completion(SecretCompleter.class)
  String name;

  @Option(
      name = "--kind",
      description =
          "pre-shared-key, ppk (RFC 8784), eap-password, private-key, certificate (ours),"
              + " ca-certificate (whom we trust) or crl")
  @Completion(
      value = StringsCompleter.class,
      values = {
        "pre-shared-key",
        "ppk",
        "eap-password",
        "private-key",
        "certificate",
        "ca-certificate",
        "crl"
      })
  String kind = "pre-shared-key";

  @Option(
      name = "--file",
      description =
          "read it from this file on the controller's machine: PEM or DER of keys and certificates,"
              + " one line of others")
  String file;

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
    Kind wanted = SecretFormat.kind(kind);
    if (file != null) {
      store(store, wanted, fromFile(wanted));
    } else if (SecretFormat.isFile(wanted)) {
      store(store, wanted, pasted(wanted));
    } else {
      store(store, wanted, askedTwice(wanted));
    }
  }

  private void store(SecretStore store, Kind wanted, SecretBytes secret) {
    // The store closes what it is given.
    done("store", store.put(name, wanted, secret));
  }

  private SecretBytes askedTwice(Kind wanted) {
    SecretBytes first = ask("Secret '" + name + "': ", wanted);
    if (interactive) {
      try (SecretBytes second = ask("Again: ", wanted)) {
        if (!first.equals(second)) {
          first.close();
          throw new CommandFailure("the two differ; nothing was stored");
        }
      }
    }
    return first;
  }

  private SecretBytes fromFile(Kind wanted) {
    byte[] octets;
    try {
      Path path = Path.of(file);
      if (Files.size(path) > LARGEST_FILE) {
        throw new CommandFailure(
            file + " has more than " + LARGEST_FILE + " octets; nothing was stored");
      }
      octets = Files.readAllBytes(path);
    } catch (IOException | InvalidPathException e) {
      throw new CommandFailure("cannot read " + file + ": " + e + "; nothing was stored");
    }
    return whole(octets, wanted);
  }

  /** Takes the octets themselves, or wipes them. */
  private static SecretBytes whole(byte[] octets, Kind wanted) {
    if (SecretFormat.isFile(wanted)) {
      try {
        SecretFormat.check(octets, wanted);
      } catch (CommandFailure e) {
        Arrays.fill(octets, (byte) 0);
        throw e;
      }
      return SecretBytes.wrap(octets);
    }
    String line = new String(octets, StandardCharsets.UTF_8).replaceAll("\\R\\z", "");
    Arrays.fill(octets, (byte) 0);
    if (line.lines().count() > 1) {
      throw new CommandFailure("the file has more than one line; nothing was stored");
    }
    return SecretFormat.line(line, wanted);
  }

  /** Lines up to an empty one. */
  private SecretBytes pasted(Kind wanted) {
    StringBuilder text = new StringBuilder();
    try {
      Character echo = SecretFormat.isPublic(wanted) ? null : NO_ECHO;
      String prompt = "Paste PEM, then an empty line: ";
      for (String line = readLine(prompt, echo);
          line != null && !line.isBlank() && text.length() < LARGEST_FILE;
          line = readLine("", echo)) {
        text.append(line).append('\n');
      }
    } catch (UnsupportedOperationException e) {
      return whole(standardInput(LARGEST_FILE, false), wanted);
    }
    byte[] octets = text.toString().getBytes(StandardCharsets.UTF_8);
    for (int i = 0; i < text.length(); i++) {
      text.setCharAt(i, ' ');
    }
    return whole(octets, wanted);
  }

  private void list(SecretStore store) {
    List<SecretStore.Listed> names =
        store.list().stream().sorted(Comparator.comparing(SecretStore.Listed::name)).toList();
    if (json) {
      console()
          .println(
              Json.write(
                  names.stream()
                      .map(
                          l ->
                              Json.object()
                                  .put("name", l.name())
                                  .put("kind", SecretFormat.word(l.kind())))
                      .toList()));
    } else if (names.isEmpty()) {
      console().println("there are no secrets");
    } else {
      names.forEach(l -> console().println(l.name() + ": " + SecretFormat.word(l.kind())));
    }
  }

  private SecretBytes ask(String prompt, Kind wanted) {
    try {
      return SecretFormat.line(readLine(prompt, NO_ECHO), wanted);
    } catch (UnsupportedOperationException e) {
      // A session for one command has no terminal: a script gives the secret on standard input.
      interactive = false;
      return SecretFormat.line(
          new String(standardInput(LONGEST_LINE, true), StandardCharsets.UTF_8), wanted);
    }
  }

  private String readLine(String prompt, Character echo) {
    try {
      return session.readLine(prompt, echo);
    } catch (UnsupportedOperationException e) {
      throw e;
    } catch (IOException e) {
      throw new CommandFailure("cannot ask for the secret here: " + e.getMessage());
    } catch (RuntimeException e) {
      // The terminal's way to say Ctrl-C and Ctrl-D.
      throw new CommandFailure("interrupted; nothing was stored");
    }
  }

  /** One line, or everything. */
  private byte[] standardInput(int most, boolean oneLine) {
    ByteArrayOutputStream octets = new ByteArrayOutputStream();
    try {
      InputStream in = session.getKeyboard();
      for (int c = in.read(); c >= 0 && !(oneLine && c == '\n'); c = in.read()) {
        if (!oneLine || c != '\r') {
          octets.write(c);
        }
        if (octets.size() > most) {
          throw new CommandFailure("the secret is too long; nothing was stored");
        }
      }
    } catch (IOException e) {
      throw new CommandFailure("cannot read the secret: " + e.getMessage());
    }
    return octets.toByteArray();
  }

  private void done(String verb, Outcome outcome) {
    if (!outcome.done()) {
      throw new CommandFailure(
          verb + " secret '" + name + "' failed: " + outcome.kind() + ": " + outcome.reason());
    }
    console().println(verb + " secret '" + name + "': " + outcome.kind());
  }
}
