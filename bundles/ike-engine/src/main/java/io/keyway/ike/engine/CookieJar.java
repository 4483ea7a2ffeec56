package io.keyway.ike.engine;

import io.keyway.api.key.SecretBytes;
import io.keyway.ike.message.Octets;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.security.SecureRandom;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/**
 * Cookies for peers that cannot be told from forged addresses (RFC 7296 section 2.6): a version
 * octet and an HMAC over nonce, SPI and address, so that nothing need be remembered. The key
 * changes every few minutes; the last one stays good once more.
 */
final class CookieJar {
  private static final Duration KEY_LIFE = Duration.ofMinutes(5);
  private static final int KEY_OCTETS = 32;

  private final Clock clock;
  private final SecureRandom random;
  private SecretBytes current;
  private SecretBytes previous;
  private byte version;
  private Instant changeAt = Instant.MIN;

  CookieJar(Clock clock, SecureRandom random) {
    this.clock = clock;
    this.random = random;
    current = newKey();
    previous = newKey();
  }

  private SecretBytes newKey() {
    byte[] key = new byte[KEY_OCTETS];
    random.nextBytes(key);
    return SecretBytes.wrap(key);
  }

  /** The cookie for a first message. */
  synchronized Octets bake(Octets nonce, long initiatorSpi, InetSocketAddress remote) {
    turn();
    return cookie(version, current, nonce, initiatorSpi, remote);
  }

  /** Whether a cookie is one of ours for this message, and not too old. */
  synchronized boolean isOurs(
      Octets cookie, Octets nonce, long initiatorSpi, InetSocketAddress remote) {
    turn();
    if (cookie.isEmpty()) {
      return false;
    }
    byte given = (byte) cookie.at(0);
    SecretBytes key = given == version ? current : given == (byte) (version - 1) ? previous : null;
    return key != null
        && MessageDigest.isEqual(
            cookie.toArray(), cookie(given, key, nonce, initiatorSpi, remote).toArray());
  }

  private void turn() {
    Instant now = clock.instant();
    if (now.isAfter(changeAt)) {
      previous.close();
      previous = current;
      current = newKey();
      version++;
      changeAt = now.plus(KEY_LIFE);
    }
  }

  private static Octets cookie(
      byte version, SecretBytes key, Octets nonce, long initiatorSpi, InetSocketAddress remote) {
    byte[] address = remote.getAddress().getAddress();
    ByteBuffer input = ByteBuffer.allocate(nonce.length() + address.length + 10);
    input.put(nonce.toArray()).put(address);
    input.putShort((short) remote.getPort()).putLong(initiatorSpi);
    byte[] tag =
        key.read(
            octets -> {
              try {
                Mac mac = Mac.getInstance("HmacSHA256");
                mac.init(new SecretKeySpec(octets, "HmacSHA256"));
                return mac.doFinal(input.array());
              } catch (GeneralSecurityException e) {
                throw new IllegalStateException("every Java platform has HmacSHA256", e);
              }
            });
    byte[] cookie = Arrays.copyOf(new byte[] {version}, 1 + tag.length);
    System.arraycopy(tag, 0, cookie, 1, tag.length);
    return Octets.copyOf(cookie);
  }
}
