package io.keyway.ike.engine.sa;

import io.keyway.api.crypto.IkeProposal;
import io.keyway.api.crypto.KeyExchangeMethod;
import io.keyway.api.key.SecretBytes;
import io.keyway.ike.crypto.KeyAgreementResult;
import io.keyway.ike.crypto.KeyExchange;
import io.keyway.ike.crypto.KeySchedule;

/**
 * Our half of the key exchange in IKE_SA_INIT, as responder. Diffie-Hellman can be done half: our
 * value goes out, and the shared secret is computed when the initiator is worth it. With a key
 * encapsulation ours follows from the peer's, so there the secret is at hand.
 */
final class KeyAnswer implements AutoCloseable {
  private final byte[] publicValue;
  private final byte[] peerValue;
  private final KeyExchange.Initiation half;
  private final SecretBytes secret;
  private final String refusal;

  private KeyAnswer(
      byte[] publicValue,
      byte[] peerValue,
      KeyExchange.Initiation half,
      SecretBytes secret,
      String refusal) {
    this.publicValue = publicValue;
    this.peerValue = peerValue;
    this.half = half;
    this.secret = secret;
    this.refusal = refusal;
  }

  /** All of it at once. */
  static KeyAnswer now(EngineContext ctx, KeyExchangeMethod method, byte[] peerValue) {
    KeyAgreementResult result = ctx.crypto().keyExchange(method).respond(peerValue);
    if (result instanceof KeyAgreementResult.Refused refused) {
      return refused(refused.reason());
    }
    KeyAgreementResult.Agreed agreed = (KeyAgreementResult.Agreed) result;
    return new KeyAnswer(agreed.publicValue(), peerValue, null, agreed.sharedSecret(), "");
  }

  /** As little as will do for the answer. */
  static KeyAnswer begun(EngineContext ctx, KeyExchangeMethod method, byte[] peerValue) {
    if (method.postQuantum()) {
      return now(ctx, method, peerValue);
    }
    if (peerValue.length != method.initiatorOctets()) {
      return refused(
          "a value for "
              + method.keyword()
              + " has "
              + method.initiatorOctets()
              + " octets, came "
              + peerValue.length);
    }
    KeyExchange.Initiation half = ctx.crypto().keyExchange(method).initiate();
    return new KeyAnswer(half.publicValue(), peerValue, half, null, "");
  }

  private static KeyAnswer refused(String reason) {
    return new KeyAnswer(new byte[0], new byte[0], null, null, reason);
  }

  /** Why the peer's value is of no use; empty if it is, as far as was looked. */
  String refusal() {
    return refusal;
  }

  byte[] publicValue() {
    return publicValue;
  }

  /** Computes what is missing, and keys the IKE SA. Empty, or why that is not possible. */
  String complete(IkeSa sa, IkeProposal chosen) {
    if (half == null) {
      sa.setCrypto(keys(sa, chosen, secret));
      return "";
    }
    KeyAgreementResult result = half.complete(peerValue);
    if (result instanceof KeyAgreementResult.Refused refused) {
      return refused.reason();
    }
    try (SecretBytes late = ((KeyAgreementResult.Agreed) result).sharedSecret()) {
      sa.setCrypto(keys(sa, chosen, late));
      return "";
    }
  }

  /** The keys of a responder (RFC 7296 section 2.14). */
  private static SaCrypto keys(IkeSa sa, IkeProposal chosen, SecretBytes secret) {
    return new SaCrypto(
        sa.ctx().crypto(),
        chosen,
        KeySchedule.ikeSa(
            sa.ctx().crypto().prf(chosen.prf()),
            chosen.encryption(),
            chosen.integrity(),
            secret,
            sa.handshake().initiatorNonce,
            sa.handshake().responderNonce,
            sa.spiI(),
            sa.spiR()),
        false);
  }

  @Override
  public void close() {
    if (half != null) {
      half.close();
    }
    if (secret != null) {
      secret.close();
    }
  }
}
