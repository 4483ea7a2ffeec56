package io.keyway.emulator.infrap4d.pipeline;

import io.keyway.api.key.SecretBytes;
import java.nio.ByteBuffer;
import java.security.GeneralSecurityException;
import java.security.SecureRandom;
import java.util.HashSet;
import java.util.Set;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/**
 * Remembers every key that was ever installed, across restarts of the device, to find the one fault
 * that gives everything away: the same outbound AEAD key twice, with its counter from the start.
 *
 * <p>Keeps no keys but their HMAC under a random key of this process. Not thread-safe.
 */
final class KeyMemory {
  private final Mac mac;
  private final Set<ByteBuffer> outbound = new HashSet<>();
  private final Set<ByteBuffer> inbound = new HashSet<>();

  KeyMemory(SecureRandom random) {
    byte[] own = new byte[32];
    random.nextBytes(own);
    try {
      mac = Mac.getInstance("HmacSHA256");
      mac.init(new SecretKeySpec(own, "HMAC"));
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("HMAC-SHA-256 is part of every JDK", e);
    }
  }

  /** Notes an install; true when this direction has seen the key before. */
  boolean seenBefore(SecretBytes key, boolean isInbound) {
    ByteBuffer print = ByteBuffer.wrap(key.read(mac::doFinal));
    return !(isInbound ? inbound : outbound).add(print);
  }
}
