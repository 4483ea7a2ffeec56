package io.keyway.it.container;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.PublicKey;
import java.time.Duration;
import java.util.EnumSet;
import org.apache.sshd.client.SshClient;
import org.apache.sshd.client.channel.ChannelExec;
import org.apache.sshd.client.channel.ClientChannelEvent;
import org.apache.sshd.client.session.ClientSession;
import org.apache.sshd.common.NamedResource;
import org.apache.sshd.common.config.keys.PublicKeyEntry;
import org.apache.sshd.common.keyprovider.KeyIdentityProvider;
import org.apache.sshd.common.util.security.SecurityUtils;

/** The shell over SSH, one session for each command as a script would use it. */
final class Shell implements AutoCloseable {
  private static final Duration LIMIT = Duration.ofSeconds(60);

  private final int port;
  private final Path keyway;
  private final SshClient client;

  /**
   * What a command printed.
   *
   * @param text standard output and error, without colours
   * @param status exit status, 0 when all went well
   */
  record Output(String text, int status) {}

  /**
   * @param keyway {@code etc/keyway} of the container: the console's key and the host key to expect
   */
  Shell(int port, Path keyway) {
    this.port = port;
    this.keyway = keyway;
    this.client = SshClient.setUpDefaultClient();
    client.setKeyIdentityProvider(KeyIdentityProvider.EMPTY_KEYS_PROVIDER);
    client.setHostConfigEntryResolver(
        org.apache.sshd.client.config.hosts.HostConfigEntryResolver.EMPTY);
    client.setServerKeyVerifier((session, address, key) -> isPinned(key));
    client.start();
  }

  /** Runs a command as the administrator, with the console's key. */
  Output run(String command) throws IOException {
    try (ClientSession session = connect("admin")) {
      session.addPublicKeyIdentity(consoleKey());
      session.auth().verify(LIMIT);
      return run(session, command);
    }
  }

  /** Whether this name and password open the shell. */
  boolean opens(String user, String password) throws IOException {
    try (ClientSession session = connect(user)) {
      session.addPasswordIdentity(password);
      return session.auth().await(LIMIT) && session.isAuthenticated();
    }
  }

  private ClientSession connect(String user) throws IOException {
    return client.connect(user, "127.0.0.1", port).verify(LIMIT).getSession();
  }

  private static Output run(ClientSession session, String command) throws IOException {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    try (ChannelExec channel = session.createExecChannel(command)) {
      channel.setOut(out);
      channel.setErr(out);
      channel.open().verify(LIMIT);
      if (channel
          .waitFor(EnumSet.of(ClientChannelEvent.CLOSED), LIMIT)
          .contains(ClientChannelEvent.TIMEOUT)) {
        throw new IOException("'" + command + "' did not end within " + LIMIT.toSeconds() + " s");
      }
      Integer status = channel.getExitStatus();
      String text = out.toString(StandardCharsets.UTF_8).replaceAll("\u001B\\[[;\\d]*m", "");
      return new Output(text, status == null ? 0 : status);
    }
  }

  private KeyPair consoleKey() throws IOException {
    Path file = keyway.resolve("console.key");
    try (InputStream in = Files.newInputStream(file)) {
      return SecurityUtils.loadKeyPairIdentities(
              null, NamedResource.ofName(file.toString()), in, null)
          .iterator()
          .next();
    } catch (GeneralSecurityException e) {
      throw new IOException("cannot read " + file, e);
    }
  }

  private boolean isPinned(PublicKey key) {
    try {
      String[] line = Files.readString(keyway.resolve("known_hosts")).trim().split(" ");
      PublicKeyEntry expected = PublicKeyEntry.parsePublicKeyEntry(line[1] + " " + line[2]);
      return key.equals(expected.resolvePublicKey(null, null, null));
    } catch (IOException | GeneralSecurityException e) {
      throw new IllegalStateException("no host key to compare with", e);
    }
  }

  @Override
  public void close() {
    client.stop();
  }
}
