package io.keyway.ike.engine.sa;

import io.keyway.ike.message.IkeHeader;
import java.nio.ByteBuffer;

/**
 * What IKE_AUTH says of the IKE_INTERMEDIATE exchanges before it (RFC 9242 section 3.3): each
 * message goes into a chain of its direction,
 *
 * <pre>
 * IntAuth_i(n) = prf(SK_pi(n), IntAuth_i(n-1) | A | P)
 * </pre>
 *
 * with the keys that protect the message, which a key exchange in it changes only afterwards. A is
 * the header, what stands in clear behind it, and the generic header of SK, P the inner payloads
 * without padding; both lengths in A are as if there were nothing else. Built from fields, so that
 * it is the same for a message that came in fragments.
 */
final class IntermediateAuth {
  private static final int GENERIC_HEADER = 4;

  private byte[] initiator = {};
  private byte[] responder = {};
  private int exchanges;

  /** A message, sent or received. */
  void add(IkeHeader header, ClearPart clear, int firstInner, byte[] inner, SaCrypto crypto) {
    byte[] associated = associated(header, clear, firstInner, inner.length);
    if (header.isResponse()) {
      responder = crypto.prf().compute(crypto.keys().skPr(), responder, associated, inner);
      exchanges++;
    } else {
      initiator = crypto.prf().compute(crypto.keys().skPi(), initiator, associated, inner);
    }
  }

  private static byte[] associated(
      IkeHeader header, ClearPart clear, int firstInner, int innerOctets) {
    ByteBuffer a = ByteBuffer.allocate(IkeHeader.LENGTH + clear.octets().length + GENERIC_HEADER);
    a.putLong(header.initiatorSpi()).putLong(header.responderSpi());
    a.put((byte) clear.first()).put((byte) header.version());
    a.put((byte) header.exchangeType()).put((byte) header.flags());
    a.putInt(header.messageId()).putInt(a.capacity() + innerOctets);
    a.put(clear.octets());
    a.put((byte) firstInner).put((byte) 0).putShort((short) (GENERIC_HEADER + innerOctets));
    return a.array();
  }

  /** IntAuth: both chains and the message id of the first IKE_AUTH; empty without exchanges. */
  byte[] octets() {
    if (exchanges == 0) {
      return new byte[0];
    }
    // IKE_SA_INIT has id 0, and IKE_AUTH comes after all of these.
    return ByteBuffer.allocate(initiator.length + responder.length + 4)
        .put(initiator)
        .put(responder)
        .putInt(exchanges + 1)
        .array();
  }
}
