package io.keyway.ike.engine.resume;

import io.keyway.api.ike.Authentication;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.HexFormat;

/**
 * Stands for what a connection demands of authentication: if it demands anything else now, what was
 * proved before is worth nothing. A digest of names and methods; no secret goes into it.
 *
 * @param digest 32 hexadecimal digits
 */
public record Terms(String digest) {
  static final int OCTETS = 16;

  /** Of a configuration, the same in every process. */
  public static Terms of(Authentication authentication) {
    try {
      byte[] hash =
          MessageDigest.getInstance("SHA-256")
              .digest(authentication.toString().getBytes(StandardCharsets.UTF_8));
      return of(Arrays.copyOf(hash, OCTETS));
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java platform has SHA-256", e);
    }
  }

  static Terms of(byte[] octets) {
    return new Terms(HexFormat.of().formatHex(octets));
  }

  byte[] octets() {
    return HexFormat.of().parseHex(digest);
  }
}
