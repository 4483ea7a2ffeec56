package io.keyway.boot;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;

/** The administrator's lines in the two files that Karaf's login modules read at every login. */
final class ShellUser {
  static final String NAME = "admin";
  private static final String GROUP = ",_g_:admingroup";
  private static final String GROUP_LINE =
      "_g_\\:admingroup = group,admin,manager,viewer,systembundles,ssh";

  private final Path users;
  private final Path keys;

  ShellUser(Path etc) {
    this.users = etc.resolve("users.properties");
    this.keys = etc.resolve("keys.properties");
  }

  boolean hasPassword() throws IOException {
    return has(users);
  }

  boolean hasKey() throws IOException {
    return has(keys);
  }

  /**
   * Stored in the form that Karaf's own encryption support writes, so the password itself is in one
   * file only.
   */
  void setPassword(byte[] password) throws IOException, GeneralSecurityException {
    String digest =
        HexFormat.of()
            .withUpperCase()
            .formatHex(MessageDigest.getInstance("SHA-256").digest(password));
    put(users, "{CRYPT}" + digest + "{CRYPT}" + GROUP);
  }

  void setKey(String authorizedKey) throws IOException {
    put(keys, authorizedKey + GROUP);
  }

  private static boolean has(Path file) throws IOException {
    return lines(file).stream().anyMatch(ShellUser::isOurs);
  }

  private static boolean isOurs(String line) {
    int equals = line.indexOf('=');
    return equals > 0 && line.substring(0, equals).trim().equals(NAME);
  }

  /** Other lines stay: the operator may have users of their own there. */
  private static void put(Path file, String value) throws IOException {
    List<String> lines = new ArrayList<>(lines(file));
    lines.removeIf(ShellUser::isOurs);
    lines.add(NAME + " = " + value);
    if (lines.stream().noneMatch(line -> line.startsWith("_g_\\:admingroup"))) {
      lines.add(GROUP_LINE);
    }
    PrivateFiles.write(
        file, (String.join("\n", lines) + "\n").getBytes(StandardCharsets.ISO_8859_1));
  }

  private static List<String> lines(Path file) throws IOException {
    return Files.exists(file) ? Files.readAllLines(file, StandardCharsets.ISO_8859_1) : List.of();
  }
}
