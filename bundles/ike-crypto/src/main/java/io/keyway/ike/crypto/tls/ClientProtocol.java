package io.keyway.ike.crypto.tls;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import org.bouncycastle.tls.TlsClientProtocol;

/**
 * A client that takes a CertificateRequest of TLS 1.3 whose certificate_authorities is an empty
 * list, which is what strongSwan 5.9.8 sends, though RFC 8446 section 4.2.4 wants an authority in
 * it. Empty and absent mean the same: the peer does not say whose certificates it takes. The
 * transcript covers what came, not what is read here.
 */
final class ClientProtocol extends TlsClientProtocol {
  private static final int CERTIFICATE_AUTHORITIES = 47;

  @Override
  protected void receive13CertificateRequest(ByteArrayInputStream body, boolean afterHandshake)
      throws IOException {
    super.receive13CertificateRequest(
        new ByteArrayInputStream(withoutEmptyAuthorities(body.readAllBytes())), afterHandshake);
  }

  /** The same message without that extension; whatever is not well-formed stays as it is. */
  static byte[] withoutEmptyAuthorities(byte[] message) {
    ByteBuffer in = ByteBuffer.wrap(message);
    ByteBuffer out = ByteBuffer.allocate(message.length);
    if (!in.hasRemaining() || !copy(in, out, 1 + (message[0] & 0xff)) || in.remaining() < 2) {
      return message;
    }
    int lengthAt = out.position();
    if ((in.getShort() & 0xffff) != in.remaining()) {
      return message;
    }
    out.putShort((short) 0);
    while (in.remaining() >= 4) {
      int type = in.getShort(in.position()) & 0xffff;
      int octets = 4 + (in.getShort(in.position() + 2) & 0xffff);
      if (octets > in.remaining()) {
        return message;
      }
      if (type == CERTIFICATE_AUTHORITIES && isEmptyList(in, octets)) {
        in.position(in.position() + octets);
      } else {
        copy(in, out, octets);
      }
    }
    if (in.hasRemaining()) {
      return message;
    }
    out.putShort(lengthAt, (short) (out.position() - lengthAt - 2));
    byte[] rest = new byte[out.position()];
    out.flip().get(rest);
    return rest;
  }

  private static boolean isEmptyList(ByteBuffer in, int octets) {
    return octets == 6 && in.getShort(in.position() + 4) == 0;
  }

  private static boolean copy(ByteBuffer from, ByteBuffer to, int octets) {
    if (octets > from.remaining()) {
      return false;
    }
    to.put(from.slice().limit(octets));
    from.position(from.position() + octets);
    return true;
  }
}
