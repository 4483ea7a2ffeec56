package io.keyway.emulator.infrap4d.wire;

import io.keyway.emulator.infrap4d.pipeline.KeyUse;
import java.io.Closeable;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Arrays;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.Set;

/**
 * The keys of a capture in the form of Wireshark's {@code esp_sa} table, one line per SA, readable
 * for the owner only. This file exists for emulated devices alone: it is the reason why a capture
 * of them can be checked, and why they must never see a key that matters.
 *
 * <p>Wireshark wants AES-GCM named with its ICV length and the authentication "NULL"; with the
 * other names it offers, the tag is taken for plaintext.
 */
final class SaFile implements Closeable {
  private final OutputStream out;
  private final Set<String> written = new HashSet<>();

  SaFile(Path file) throws IOException {
    Files.deleteIfExists(file);
    Files.createFile(
        file, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
    this.out = Files.newOutputStream(file);
  }

  /** Adds a line unless it is there; takes the key and wipes it. */
  void write(KeyUse use) throws IOException {
    try (var key = use.key()) {
      String identity =
          "\"IPv4\",\"%s\",\"%s\",\"0x%08x\""
              .formatted(
                  InetAddress.getByAddress(use.source()).getHostAddress(),
                  InetAddress.getByAddress(use.destination()).getHostAddress(),
                  use.spi());
      if (!written.add(identity)) {
        return;
      }
      boolean gmac = use.suite().toString().startsWith("NULL_AUTH");
      byte[] hex = key.read(SaFile::hex);
      out.write(identity.getBytes(StandardCharsets.US_ASCII));
      if (gmac) {
        // No key helps: the payload is in the clear, and tshark cannot check AES-GMAC.
        out.write(ascii(",\"NULL\",\"\",\"ANY 128 bit authentication [no checking]\",\"\"\n"));
      } else {
        out.write(ascii(",\"AES-GCM with 16 octet ICV [RFC4106]\",\"0x"));
        out.write(hex);
        out.write(ascii("\",\"NULL\",\"0x\"\n"));
      }
      Arrays.fill(hex, (byte) 0);
      out.flush();
    }
  }

  private static byte[] ascii(String text) {
    return text.getBytes(StandardCharsets.US_ASCII);
  }

  private static byte[] hex(byte[] key) {
    HexFormat format = HexFormat.of();
    byte[] text = new byte[key.length * 2];
    for (int i = 0; i < key.length; i++) {
      text[2 * i] = (byte) format.toHighHexDigit(key[i]);
      text[2 * i + 1] = (byte) format.toLowHexDigit(key[i]);
    }
    return text;
  }

  @Override
  public void close() throws IOException {
    out.close();
  }
}
