package io.keyway.it.bench.node;

import io.keyway.api.crypto.EncryptionAlgorithm;
import io.keyway.api.crypto.EspProposal;
import io.keyway.api.crypto.IkeProposal;
import io.keyway.api.crypto.IntegrityAlgorithm;
import io.keyway.api.crypto.KeyExchangeMethod;
import io.keyway.api.crypto.PrfAlgorithm;
import java.util.Optional;

/** The algorithms that are measured; both ends offer nothing else. */
public enum Suite {
  X25519(
      EncryptionAlgorithm.AES_GCM_16_128, PrfAlgorithm.PRF_HMAC_SHA2_256, KeyExchangeMethod.X25519),
  P384(
      EncryptionAlgorithm.AES_GCM_16_256,
      PrfAlgorithm.PRF_HMAC_SHA2_384,
      KeyExchangeMethod.ECP_384);

  private final IkeProposal ike;
  private final EspProposal esp;

  Suite(EncryptionAlgorithm encryption, PrfAlgorithm prf, KeyExchangeMethod method) {
    ike = new IkeProposal("1", encryption, IntegrityAlgorithm.NONE, prf, method);
    esp = new EspProposal("1", encryption, IntegrityAlgorithm.NONE, Optional.empty(), false);
  }

  public IkeProposal ike() {
    return ike;
  }

  public EspProposal esp() {
    return esp;
  }
}
