package io.keyway.esp;

import io.keyway.api.sa.SaKeys;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.util.Arrays;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/** NULL encryption (RFC 2410): the body as it is, authenticated by HMAC-SHA-2 (RFC 4868). */
final class NullHmacCipher implements PacketCipher {
  private final Mac mac;
  private final int icv;
  private final boolean extended;

  NullHmacCipher(EspSuite suite, SaKeys keys, boolean extended) {
    this.extended = extended;
    this.icv = suite.icvOctets();
    try {
      this.mac = Mac.getInstance(CbcHmacCipher.hmacName(suite.integrity()));
      mac.init(keys.integrity().read(k -> new SecretKeySpec(k, "HMAC")));
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("HMAC is not available: " + suite, e);
    }
  }

  @Override
  public void seal(byte[] packet, long sequence) {
    System.arraycopy(icvOf(packet, sequence), 0, packet, packet.length - icv, icv);
  }

  @Override
  public byte[] open(byte[] packet, long sequence) {
    byte[] claimed = Arrays.copyOfRange(packet, packet.length - icv, packet.length);
    return MessageDigest.isEqual(Arrays.copyOf(icvOf(packet, sequence), icv), claimed)
        ? Arrays.copyOfRange(packet, HEADER, packet.length - icv)
        : null;
  }

  /** Over header and body, then the unsent high half with ESN (RFC 4303 section 2.2.1). */
  private byte[] icvOf(byte[] packet, long sequence) {
    mac.update(packet, 0, packet.length - icv);
    if (extended) {
      byte[] high = new byte[4];
      PacketCipher.putInt(high, 0, (int) (sequence >>> 32));
      mac.update(high);
    }
    return mac.doFinal();
  }
}
