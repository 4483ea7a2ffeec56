package io.keyway.it.interop;

import io.keyway.it.kit.lab.Await;
import io.keyway.it.kit.lab.Exec;
import java.io.Closeable;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** A server on loopback port 8088 of Keyway's side: lists of revoked certificates, or OCSP. */
final class Served implements Closeable {

  private final Process process;

  private Served(Process process) {
    this.process = process;
  }

  static Served start(Lab lab, String... command) throws IOException {
    Process process =
        new ProcessBuilder(lab.left().ns().inside(List.of(command)))
            .redirectErrorStream(true)
            .redirectOutput(lab.dir().resolve("served.out").toFile())
            .start();
    Served served = new Served(process);
    Await.until(
        "something listens on port 8088",
        () -> lab.left().ns().run("ss", "-Hltn", "sport = :8088").output().contains("8088"));
    return served;
  }

  /** openssl as responder, with the authority's own key; every certificate but one is good. */
  static Served ocsp(Lab lab, Authority authority, String revoked) throws IOException {
    Path index = lab.dir().resolve("index.txt");
    StringBuilder lines = new StringBuilder();
    for (String each : List.of("left", "right")) {
      String serial =
          Exec.run("openssl", "x509", "-noout", "-serial", "-in", authority.pem(each).toString())
              .orFail()
              .strip()
              .replace("serial=", "");
      lines.append(
          each.equals(revoked)
              ? "R\t351231235959Z\t260101000000Z,keyCompromise\t"
              : "V\t351231235959Z\t\t");
      lines.append(serial).append("\tunknown\t/CN=").append(each).append('\n');
    }
    Files.writeString(index, lines.toString());
    return start(
        lab,
        "openssl",
        "ocsp",
        "-index",
        index.toString(),
        "-port",
        "8088",
        "-ndays",
        "1",
        "-CA",
        authority.pem("root").toString(),
        "-rsigner",
        authority.pem("root").toString(),
        "-rkey",
        authority.key("root"));
  }

  @Override
  public void close() {
    process.destroy();
    try {
      if (!process.waitFor(3, TimeUnit.SECONDS)) {
        process.destroyForcibly().waitFor();
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      process.destroyForcibly();
    }
  }
}
