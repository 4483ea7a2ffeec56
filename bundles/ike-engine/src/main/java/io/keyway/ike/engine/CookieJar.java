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
import java.util.Optional;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/**
 * Cookies for peers that cannot be told from forged addresses (RFC 7296 section 2.6): a version
 * octet, the puzzle that goes with it (RFC 8019), and an HMAC over these, nonce, SPI and address,
 * so that nothing need be remembered. The key changes every few minutes; the last one stays good
 * once more.
 */
final class CookieJar {
  private static final Duration KEY_LIFE = Duration.ofMinutes(5);
  private static final int KEY_OCTETS = 32;

  /**
   * A puzzle that goes with a cookie.
   *
   * @param prf transform id of the function
   * @param zeroBits 0 for no puzzle
   */
  record Demand(int prf, int zeroBits) {
    static final Demand NONE = new Demand(0, 0);
  }

  private static final int HEAD = 4;

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
  synchronized Octets bake(
      Octets nonce, long initiatorSpi, InetSocketAddress remote, Demand demand) {
    turn();
    return cookie(version, current, nonce, initiatorSpi, remote, demand);
  }

  /** What a cookie demanded, if it is one of ours for this message, and not too old. */
  synchronized Optional<Demand> read(
      Octets cookie, Octets nonce, long initiatorSpi, InetSocketAddress remote) {
    turn();
    if (cookie.length() < HEAD) {
      return Optional.empty();
    }
    byte given = (byte) cookie.at(0);
    SecretBytes key = given == version ? current : given == (byte) (version - 1) ? previous : null;
    Demand demand = new Demand(cookie.at(1) << 8 | cookie.at(2), cookie.at(3));
    return key != null
            && MessageDigest.isEqual(
                cookie.toArray(), cookie(given, key, nonce, initiatorSpi, remote, demand).toArray())
        ? Optional.of(demand)
        : Optional.empty();
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
      byte version,
      SecretBytes key,
      Octets nonce,
      long initiatorSpi,
      InetSocketAddress remote,
      Demand demand) {
    byte[] head = {
      version, (byte) (demand.prf() >> 8), (byte) demand.prf(), (byte) demand.zeroBits()
    };
    byte[] address = remote.getAddress().getAddress();
    ByteBuffer input = ByteBuffer.allocate(nonce.length() + address.length + 10 + HEAD);
    input.put(head).put(nonce.toArray()).put(address);
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
    byte[] cookie = Arrays.copyOf(head, HEAD + tag.length);
    System.arraycopy(tag, 0, cookie, HEAD, tag.length);
    return Octets.copyOf(cookie);
  }
}
