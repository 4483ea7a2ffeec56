package io.keyway.it.container;

import io.keyway.it.kit.Distribution;
import io.keyway.it.kit.Ports;
import io.keyway.it.kit.Restconf;
import io.keyway.it.kit.Site;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.time.Duration;
import org.junit.jupiter.api.extension.ExtensionContext;

/** A distribution that runs, and the ways to talk to it. */
final class Container implements ExtensionContext.Store.CloseableResource, AutoCloseable {
  static final Duration START_LIMIT = Duration.ofSeconds(300);

  /** Two sites with an emulated device each, on one wire inside the shared container. */
  static final Site A = new Site("a", "127.11.0.1", "10.11.1.10", Ports.tcp(), Ports.tcp());

  static final Site B = new Site("b", "127.11.0.2", "10.11.2.10", Ports.tcp(), Ports.tcp());

  private final Distribution distribution;
  private final Guesser guesser;
  private final Restconf restconf;
  private final Shell shell;

  private Container(Distribution distribution, Guesser guesser, Restconf restconf) {
    this.distribution = distribution;
    this.guesser = guesser;
    this.restconf = restconf;
    this.shell = new Shell(distribution.sshPort(), distribution.etc().resolve("keyway"));
  }

  /** Starts a new one; somebody tries the well-known passwords on it from the first moment. */
  static Container start(Distribution distribution) throws IOException, InterruptedException {
    Guesser guesser = new Guesser(distribution.httpsPort(), distribution.sshPort());
    try {
      distribution.start();
      return new Container(distribution, guesser, distribution.awaitRestconf(START_LIMIT));
    } catch (IOException | InterruptedException e) {
      guesser.close();
      distribution.keep();
      distribution.close();
      throw e;
    }
  }

  Distribution distribution() {
    return distribution;
  }

  Guesser guesser() {
    return guesser;
  }

  Restconf restconf() {
    return restconf;
  }

  Shell shell() {
    return shell;
  }

  /** HTTPS as somebody else; trusts the certificate file that is meant for clients. */
  Https https() throws IOException, GeneralSecurityException {
    return Https.trusting(
        distribution.httpsPort(), distribution.etc().resolve("keyway").resolve("tls.crt"));
  }

  String password() throws IOException {
    return Files.readString(distribution.etc().resolve("keyway/admin.password")).strip();
  }

  Path log() {
    return distribution.log();
  }

  @Override
  public void close() throws IOException {
    guesser.close();
    shell.close();
    distribution.close();
  }
}
