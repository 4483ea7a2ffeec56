package io.keyway.ike.engine.sa;

import io.keyway.api.crypto.IkeProposal;
import io.keyway.api.key.SecretBytes;
import io.keyway.ike.crypto.IkeCrypto;
import io.keyway.ike.crypto.IkeSaKeys;
import io.keyway.ike.crypto.KeySchedule;
import io.keyway.ike.crypto.Prf;
import io.keyway.ike.crypto.SkOpenResult;
import io.keyway.ike.crypto.SkProtection;
import io.keyway.ike.message.MessageProtection;
import java.util.Optional;

/** The algorithms and keys of one IKE SA, and the protection of its messages. */
final class SaCrypto implements MessageProtection, AutoCloseable {
  private final IkeProposal proposal;
  private final Prf prf;
  private IkeSaKeys keys;
  private IkeSaKeys beforePpk;
  private String ppkId = "";
  private final SkProtection outbound;
  private final SkProtection inbound;

  /** Ownership of the keys passes. */
  SaCrypto(IkeCrypto crypto, IkeProposal proposal, IkeSaKeys keys, boolean initiator) {
    this.proposal = proposal;
    this.keys = keys;
    prf = crypto.prf(proposal.prf());
    SkProtection fromInitiator =
        crypto.skProtection(proposal.encryption(), proposal.integrity(), keys.skEi(), keys.skAi());
    SkProtection fromResponder =
        crypto.skProtection(proposal.encryption(), proposal.integrity(), keys.skEr(), keys.skAr());
    outbound = initiator ? fromInitiator : fromResponder;
    inbound = initiator ? fromResponder : fromInitiator;
    // Copied by the protections; what is left for later is SK_d and, until AUTH is done, SK_p.
    keys.skEi().close();
    keys.skEr().close();
    keys.skAi().close();
    keys.skAr().close();
  }

  IkeProposal proposal() {
    return proposal;
  }

  Prf prf() {
    return prf;
  }

  IkeSaKeys keys() {
    return keys;
  }

  /**
   * Mixes a post-quantum pre-shared key into SK_d, SK_pi and SK_pr (RFC 8784 section 3); the keys
   * of messages stay. Until {@link #authenticated()} it can be taken back.
   *
   * @param ppk only looked at
   * @param id its PPK_ID, for the status
   */
  void mix(SecretBytes ppk, String id) {
    unmix();
    beforePpk = keys;
    keys = KeySchedule.withPpk(prf, beforePpk, ppk);
    ppkId = id;
  }

  /** The peer does without the PPK. */
  void unmix() {
    if (beforePpk != null) {
      keys.close();
      keys = beforePpk;
      beforePpk = null;
      ppkId = "";
    }
  }

  /** PPK_ID of what was mixed into the keys, here or in an IKE SA before; empty for nothing. */
  String ppkId() {
    return ppkId;
  }

  /** The keys come from those of an IKE SA with this PPK_ID. */
  SaCrypto inheritPpk(String id) {
    ppkId = id;
    return this;
  }

  /** SK_pi and SK_pr are of no use once both sides are authenticated. */
  void authenticated() {
    if (beforePpk != null) {
      beforePpk.close();
      beforePpk = null;
    }
    keys.skPi().close();
    keys.skPr().close();
  }

  @Override
  public int bodyOctets(int plaintextOctets) {
    return outbound.bodyOctets(plaintextOctets);
  }

  @Override
  public byte[] seal(byte[] prefix, byte[] plaintext) {
    return outbound.seal(prefix, plaintext);
  }

  @Override
  public Optional<byte[]> open(byte[] message, int bodyOffset) {
    return inbound.open(message, bodyOffset) instanceof SkOpenResult.Opened opened
        ? Optional.of(opened.plaintext())
        : Optional.empty();
  }

  @Override
  public void close() {
    outbound.close();
    inbound.close();
    keys.close();
    if (beforePpk != null) {
      beforePpk.close();
    }
  }
}
