package io.keyway.ike.engine.sa;

import io.keyway.api.ike.IkeTransport.Datagram;
import io.keyway.ike.message.DecodeResult;
import io.keyway.ike.message.EncryptedFragmentPayload;
import io.keyway.ike.message.EncryptedPayload;
import io.keyway.ike.message.IkeHeader;
import io.keyway.ike.message.IkeMessage;
import io.keyway.ike.message.MessageDecoder;
import java.util.Arrays;
import java.util.Optional;

/**
 * Opens what the peer sealed, one direction of one IKE SA: SK, or all the fragments of a message
 * together (RFC 7383).
 */
final class Envelopes {
  /** Octets of the generic header before the IV. */
  private static final int SK_HEADER = 4;

  private final IkeSa sa;
  private final Reassembly reassembly;

  Envelopes(IkeSa sa) {
    this.sa = sa;
    this.reassembly = new Reassembly(sa);
  }

  /**
   * A message that is complete, or a datagram that is none.
   *
   * @param content {@code NotAuthentic} when anybody may have sent it
   * @param header of the datagram; null when even that is none
   * @param clear payloads before the sealed ones
   * @param firstInner type of the first payload inside
   * @param inner the payloads as they were sealed, without padding
   * @param requestHash of the datagram whose repetition asks for the answer again
   */
  record Opened(
      DecodeResult<IkeMessage> content,
      IkeHeader header,
      ClearPart clear,
      int firstInner,
      byte[] inner,
      int requestHash) {
    /** Never the content: there are keys in it. */
    @Override
    public String toString() {
      return "Opened[" + header + ", " + inner.length + " octets]";
    }
  }

  /** Empty while fragments are missing. */
  Optional<Opened> open(Datagram datagram, DecodeResult<IkeMessage> outer) {
    if (sa.crypto() == null || !(outer instanceof DecodeResult.Decoded<IkeMessage> decoded)) {
      // Broken outside of the protected part: not the peer's word.
      return Optional.of(forged(null, "not protected"));
    }
    IkeHeader header = decoded.value().header();
    Optional<EncryptedFragmentPayload> fragment = fragment(outer);
    if (fragment.isPresent() && sa.fragmentation()) {
      return collect(datagram, header, fragment.get());
    }
    Optional<EncryptedPayload> sk = decoded.value().first(EncryptedPayload.class);
    Optional<byte[]> inner =
        sk.flatMap(found -> sa.crypto().open(datagram.octets(), found.offset()));
    if (inner.isEmpty()) {
      return Optional.of(forged(header, "integrity check failed"));
    }
    // Whatever fragments there were, the peer has said it in one piece.
    reassembly.clear();
    int hash = Arrays.hashCode(datagram.octets());
    ClearPart clear = ClearPart.of(datagram.octets(), sk.get().offset() - SK_HEADER);
    return Optional.of(opened(header, clear, sk.get().firstInner(), inner.get(), hash));
  }

  private Optional<Opened> collect(
      Datagram datagram, IkeHeader header, EncryptedFragmentPayload fragment) {
    sa.ctx().counters().count("ike-fragments-received");
    if (!reassembly.wants(header, fragment)) {
      sa.ctx().counters().count("ike-dropped-fragments");
      return Optional.empty();
    }
    Optional<byte[]> inner = sa.crypto().open(datagram.octets(), fragment.offset());
    if (inner.isEmpty()) {
      return Optional.of(forged(header, "integrity check of a fragment failed"));
    }
    sa.timers().heard();
    return reassembly
        .add(header, fragment, datagram.octets(), inner.get())
        .map(
            whole ->
                opened(
                    header,
                    whole.clear(),
                    whole.firstInner(),
                    whole.octets(),
                    whole.requestHash()));
  }

  private static Opened opened(
      IkeHeader header, ClearPart clear, int firstInner, byte[] inner, int hash) {
    return new Opened(
        MessageDecoder.inner(header, firstInner, inner), header, clear, firstInner, inner, hash);
  }

  private static Opened forged(IkeHeader header, String reason) {
    return new Opened(
        new DecodeResult.NotAuthentic<>(reason), header, ClearPart.NONE, 0, new byte[0], 0);
  }

  /** The fragment in a datagram. */
  static Optional<EncryptedFragmentPayload> fragment(DecodeResult<IkeMessage> outer) {
    return outer instanceof DecodeResult.Decoded<IkeMessage> decoded
        ? decoded.value().first(EncryptedFragmentPayload.class)
        : Optional.empty();
  }

  /** Forgets an unfinished message. */
  void clear() {
    reassembly.clear();
  }
}
