package io.keyway.it.demo.vrouter;

import io.keyway.it.kit.vrouter.RouterLab.Side;
import java.io.BufferedReader;
import java.io.BufferedWriter;
import java.io.Closeable;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.OutputStreamWriter;
import java.io.Writer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

/** A host of the lab, at work: {@link Traffic} in its namespace, told what to do from here. */
final class Host implements Closeable {

  private static final int PORT = 40404;
  private static final int PATIENCE_SECONDS = 60;

  private final Process process;
  private final Writer in;
  private final BlockingQueue<String> lines = new LinkedBlockingQueue<>();

  private Host(Process process) {
    this.process = process;
    this.in =
        new BufferedWriter(
            new OutputStreamWriter(process.getOutputStream(), StandardCharsets.UTF_8));
    Thread reader = new Thread(this::read, "host-output");
    reader.setDaemon(true);
    reader.start();
  }

  static Host start(Side here, Side there, String text) throws IOException {
    List<String> line =
        List.of(
            Path.of(System.getProperty("java.home"), "bin/java").toString(),
            "-Xmx64m",
            "-XX:TieredStopAtLevel=1",
            "-XX:+UseSerialGC",
            "-cp",
            System.getProperty("java.class.path"),
            Traffic.class.getName(),
            Integer.toString(PORT),
            text,
            here.hostAddress(),
            there.hostAddress(),
            here.hostAddress6(),
            there.hostAddress6());
    Process process =
        new ProcessBuilder(here.host().inside(line))
            .redirectError(ProcessBuilder.Redirect.INHERIT)
            .start();
    Host host = new Host(process);
    if (!host.next().equals("ready")) {
      host.close();
      throw new IOException("the process of a host did not get ready");
    }
    return host;
  }

  private void read() {
    try (BufferedReader out =
        new BufferedReader(
            new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8))) {
      for (String line = out.readLine(); line != null; line = out.readLine()) {
        lines.add(line);
      }
    } catch (IOException e) {
      // It was ended.
    }
    lines.add("end");
  }

  /** Has it send to the other host, by IPv4 and IPv6, until {@link #stop}. */
  void send(int stream, int perSecond) throws IOException {
    say("send " + stream + " " + perSecond);
  }

  /** Returns how many it sent by each of IPv4 and IPv6. */
  int stop() throws IOException {
    say("stop");
    String[] words = next().split(" ");
    if (!words[0].equals("sent")) {
      throw new IOException("a host said: " + String.join(" ", words));
    }
    return Integer.parseInt(words[2]);
  }

  /** Numbers that did not come, by family. */
  Map<String, List<Integer>> missing(int stream, int count) throws IOException {
    say("missing " + stream + " " + count);
    Map<String, List<Integer>> missing = new LinkedHashMap<>();
    for (int i = 0; i < 2; i++) {
      String[] words = next().split(" ");
      List<Integer> numbers = new ArrayList<>();
      for (int n = 3; n < words.length; n++) {
        numbers.add(Integer.parseInt(words[n]));
      }
      missing.put(words[2], numbers);
    }
    return missing;
  }

  private void say(String line) throws IOException {
    in.write(line + "\n");
    in.flush();
  }

  private String next() throws IOException {
    try {
      String line = lines.poll(PATIENCE_SECONDS, TimeUnit.SECONDS);
      if (line == null || line.equals("end")) {
        throw new IOException("the process of a host " + (line == null ? "is silent" : "ended"));
      }
      return line;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException("interrupted while a host works", e);
    }
  }

  @Override
  public void close() throws IOException {
    process.destroy();
    try {
      if (!process.waitFor(5, TimeUnit.SECONDS)) {
        process.destroyForcibly().waitFor();
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      process.destroyForcibly();
    }
  }
}
