package io.keyway.boot;

import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.SecureRandom;
import java.util.Arrays;

/**
 * Makes what is missing and leaves alone what is there, so a start that was interrupted is finished
 * by the next one, and a password that the operator put in place before the first start is used as
 * it is.
 */
final class FirstStart {
  /** Letters and digits that nobody mistakes for each other when typing them from a screen. */
  private static final char[] ALPHABET =
      "abcdefghjkmnpqrstuvwxyzABCDEFGHJKLMNPQRSTUVWXYZ23456789".toCharArray();

  /** 24 of 55 symbols are about 138 bits, so an unsalted digest of it cannot be searched. */
  private static final int PASSWORD_LENGTH = 24;

  /** The name under which known_hosts has the shell's key; its address and port may change. */
  private static final String HOST_ALIAS = "keyway";

  private final Path etc;
  private final Path data;
  private final SecureRandom random;
  private final int rsaBits;
  private final Keytool keytool;
  private final PrintStream terminal;

  /**
   * @param etc the container's configuration directory
   * @param data the container's data directory
   * @param rsaBits size of the SSH keys
   * @param terminal where to show a new password once, or null when nobody looks
   */
  FirstStart(
      Path etc,
      Path data,
      SecureRandom random,
      int rsaBits,
      Keytool keytool,
      PrintStream terminal) {
    this.etc = etc;
    this.data = data;
    this.random = random;
    this.rsaBits = rsaBits;
    this.keytool = keytool;
    this.terminal = terminal;
  }

  void run() throws IOException, GeneralSecurityException {
    PrivateFiles.directory(etc);
    PrivateFiles.directory(data);
    Path own = etc.resolve("keyway");
    PrivateFiles.directory(own);
    ShellUser user = new ShellUser(etc);
    administrator(own.resolve("admin.password"), user);
    console(own.resolve("console.key"), user);
    host(etc.resolve("host.key"), own.resolve("known_hosts"));
    certificate(own.resolve("tls.p12"), own.resolve("tls.password"), own.resolve("tls.crt"));
  }

  private void administrator(Path file, ShellUser user)
      throws IOException, GeneralSecurityException {
    boolean known = user.hasPassword();
    if (known && !Files.exists(file)) {
      // The operator noted the password and removed the file. Another one would open nothing.
      return;
    }
    boolean made = !Files.exists(file);
    if (made) {
      byte[] password = newPassword();
      PrivateFiles.write(file, password);
      Arrays.fill(password, (byte) 0);
    }
    byte[] password = Files.readAllBytes(file);
    try {
      if (!known) {
        user.setPassword(trimmed(file, password));
      }
      if (made && terminal != null) {
        terminal.println(
            "The administrator is \"admin\" with the password "
                + new String(password, StandardCharsets.US_ASCII)
                + " (kept in "
                + file
                + ").");
      }
    } finally {
      Arrays.fill(password, (byte) 0);
    }
  }

  private void console(Path file, ShellUser user) throws IOException, GeneralSecurityException {
    if (!Files.exists(file) || !user.hasKey()) {
      SshKey key = SshKey.generate(random, rsaBits);
      PrivateFiles.write(file, key.pem());
      user.setKey(key.publicKey());
    }
  }

  /**
   * The shell would make its host key at the first login; made here, the console can tell it from
   * another's.
   */
  private void host(Path file, Path knownHosts) throws IOException, GeneralSecurityException {
    if (!Files.exists(file)) {
      SshKey key = SshKey.generate(random, rsaBits);
      PrivateFiles.write(
          knownHosts,
          (HOST_ALIAS + " ssh-rsa " + key.publicKey() + "\n").getBytes(StandardCharsets.US_ASCII));
      PrivateFiles.write(file, key.pem());
    }
  }

  private void certificate(Path keyStore, Path passwordFile, Path certificate)
      throws IOException, GeneralSecurityException {
    if (!Files.exists(keyStore)) {
      byte[] password = newPassword();
      PrivateFiles.write(passwordFile, password);
      Arrays.fill(password, (byte) 0);
      keytool.selfSigned(keyStore, passwordFile);
    }
    if (!Files.exists(certificate) && Files.exists(passwordFile)) {
      PrivateFiles.write(certificate, Keytool.certificatePem(keyStore, passwordFile));
    }
  }

  private static byte[] trimmed(Path file, byte[] password) throws IOException {
    int end = password.length;
    while (end > 0 && password[end - 1] <= ' ' && password[end - 1] >= 0) {
      end--;
    }
    if (end < 12) {
      throw new IOException(
          file
              + " holds a password of "
              + end
              + " characters; put at least 12 in it, or remove it");
    }
    return Arrays.copyOf(password, end);
  }

  private byte[] newPassword() {
    byte[] password = new byte[PASSWORD_LENGTH];
    for (int i = 0; i < password.length; i++) {
      password[i] = (byte) ALPHABET[random.nextInt(ALPHABET.length)];
    }
    return password;
  }
}
