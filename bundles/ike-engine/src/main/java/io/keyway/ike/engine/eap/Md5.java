package io.keyway.ike.engine.eap;

import io.keyway.api.key.SecretBytes;
import io.keyway.ike.message.Octets;
import java.nio.ByteBuffer;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Optional;

/**
 * What EAP-MD5 packets carry (RFC 3748 section 5.4, RFC 1994 section 4.1): an octet of length, a
 * value of that length, a name that nobody needs.
 */
final class Md5 {
  static final int CHALLENGE = 16;

  private Md5() {}

  /** MD5 over identifier, password and challenge. */
  static byte[] answer(int identifier, SecretBytes password, byte[] challenge) {
    try {
      MessageDigest md5 = MessageDigest.getInstance("MD5");
      md5.update((byte) identifier);
      password.use(md5::update);
      return md5.digest(challenge);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("this Java has no MD5", e);
    }
  }

  static Octets data(byte[] value) {
    return Octets.copyOf(
        ByteBuffer.allocate(1 + value.length).put((byte) value.length).put(value).array());
  }

  /** The value of a packet. */
  static Optional<byte[]> value(Octets data) {
    if (data.isEmpty() || data.at(0) == 0 || data.length() < 1 + data.at(0)) {
      return Optional.empty();
    }
    byte[] value = new byte[data.at(0)];
    System.arraycopy(data.toArray(), 1, value, 0, value.length);
    return Optional.of(value);
  }
}
