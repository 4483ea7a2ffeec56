package io.keyway.boot;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * Makes a certificate with the JDK's own tool: the JDK has no public interface for that, and
 * nothing else is in the container this early.
 */
final class Keytool {
  private static final String ALIAS = "keyway";
  private static final long DEADLINE_SECONDS = 60;

  private final Path executable;

  Keytool(Path executable) {
    this.executable = executable;
  }

  static Keytool ofRunningVm() {
    return new Keytool(Path.of(System.getProperty("java.home"), "bin", "keytool"));
  }

  /**
   * A key on P-256 with a certificate for this machine's loopback names, in a PKCS#12 file of mode
   * 0600.
   *
   * @param passwordFile holds the key store's password, so that it stands in no command line
   */
  void selfSigned(Path keyStore, Path passwordFile) throws IOException {
    Path part = keyStore.resolveSibling("." + keyStore.getFileName() + ".part");
    Files.deleteIfExists(part);
    String output =
        run(
            List.of(
                executable.toString(),
                "-genkeypair",
                "-alias",
                ALIAS,
                "-keyalg",
                "EC",
                "-groupname",
                "secp256r1",
                "-sigalg",
                "SHA256withECDSA",
                "-dname",
                "CN=keyway",
                "-ext",
                "SAN=dns:localhost,ip:127.0.0.1,ip:0:0:0:0:0:0:0:1",
                "-validity",
                "3650",
                "-storetype",
                "PKCS12",
                "-keystore",
                part.toString(),
                "-storepass:file",
                passwordFile.toString()));
    if (!Files.exists(part)) {
      throw new IOException("keytool made no certificate: " + output);
    }
    byte[] made = Files.readAllBytes(part);
    Files.delete(part);
    PrivateFiles.write(keyStore, made);
  }

  /** The certificate by which a client can tell this controller from another one. */
  static byte[] certificatePem(Path keyStore, Path passwordFile)
      throws IOException, GeneralSecurityException {
    byte[] password = Files.readAllBytes(passwordFile);
    char[] chars = new String(password, StandardCharsets.US_ASCII).trim().toCharArray();
    try (InputStream in = Files.newInputStream(keyStore)) {
      KeyStore store = KeyStore.getInstance("PKCS12");
      store.load(in, chars);
      Base64.Encoder lines = Base64.getMimeEncoder(64, new byte[] {'\n'});
      return ("-----BEGIN CERTIFICATE-----\n"
              + lines.encodeToString(store.getCertificate(ALIAS).getEncoded())
              + "\n-----END CERTIFICATE-----\n")
          .getBytes(StandardCharsets.US_ASCII);
    } finally {
      Arrays.fill(chars, ' ');
      Arrays.fill(password, (byte) 0);
    }
  }

  private static String run(List<String> command) throws IOException {
    Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
    process.getOutputStream().close();
    try {
      if (!process.waitFor(DEADLINE_SECONDS, TimeUnit.SECONDS)) {
        throw new IOException(command.get(0) + " did not end within " + DEADLINE_SECONDS + " s");
      }
      // After the end, so that a tool that hangs cannot hold the reader; what it prints fits into
      // the pipe.
      return new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8).trim();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException("interrupted while keytool ran", e);
    } finally {
      process.destroyForcibly();
    }
  }
}
