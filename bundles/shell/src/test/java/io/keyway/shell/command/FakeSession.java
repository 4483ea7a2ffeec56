package io.keyway.shell.command;

import java.io.ByteArrayOutputStream;
import java.io.InputStream;
import java.io.PrintStream;
import java.lang.reflect.Proxy;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import org.apache.karaf.shell.api.console.Session;

/** A console that keeps what is printed and answers questions as the test says. */
final class FakeSession {

  final Deque<String> answers = new ArrayDeque<>();
  final List<String> prompts = new ArrayList<>();
  final List<Character> masks = new ArrayList<>();

  /** Set for a session without a terminal. */
  InputStream standardInput;

  private final ByteArrayOutputStream out = new ByteArrayOutputStream();
  private final PrintStream console = new PrintStream(out, true, StandardCharsets.UTF_8);

  Session session() {
    return (Session)
        Proxy.newProxyInstance(
            FakeSession.class.getClassLoader(),
            new Class<?>[] {Session.class},
            (proxy, method, arguments) ->
                switch (method.getName()) {
                  case "getConsole" -> console;
                  case "getKeyboard" -> standardInput;
                  case "readLine" -> {
                    if (standardInput != null) {
                      throw new UnsupportedOperationException();
                    }
                    prompts.add((String) arguments[0]);
                    masks.add((Character) arguments[1]);
                    yield answers.poll();
                  }
                  default -> throw new UnsupportedOperationException(method.getName());
                });
  }

  String printed() {
    return out.toString(StandardCharsets.UTF_8);
  }
}
