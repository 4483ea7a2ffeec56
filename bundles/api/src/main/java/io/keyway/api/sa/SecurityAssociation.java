package io.keyway.api.sa;

import io.keyway.api.crypto.EncryptionAlgorithm;
import io.keyway.api.crypto.IntegrityAlgorithm;
import io.keyway.api.ts.SelectorPair;
import java.util.List;
import java.util.Objects;

/**
 * Everything about one SA but its keys, which travel beside it as {@link SaKeys}.
 *
 * @param id plane, direction, SPI, destination, index
 * @param child the CHILD_SA it is half of
 * @param lease the lease of the pair's inbound SPI
 * @param integrity {@link IntegrityAlgorithm#NONE} with an AEAD
 * @param esn 64-bit sequence numbers were negotiated
 * @param replayWindow packets; 0 switches the replay check off
 * @param selectors negotiated pairs; never empty
 */
public record SecurityAssociation(
    SaId id,
    ChildId child,
    SpiLease lease,
    EncryptionAlgorithm encryption,
    IntegrityAlgorithm integrity,
    boolean esn,
    int replayWindow,
    IpsecMode mode,
    Endpoints endpoints,
    List<SelectorPair> selectors,
    Lifetime lifetime) {

  public SecurityAssociation {
    Objects.requireNonNull(id, "id");
    Objects.requireNonNull(child, "child");
    Objects.requireNonNull(lease, "lease");
    Objects.requireNonNull(encryption, "encryption");
    Objects.requireNonNull(integrity, "integrity");
    Objects.requireNonNull(mode, "mode");
    Objects.requireNonNull(endpoints, "endpoints");
    Objects.requireNonNull(lifetime, "lifetime");
    selectors = List.copyOf(selectors);
    if (selectors.isEmpty()) {
      throw new IllegalArgumentException("an SA without selectors protects nothing: " + id);
    }
    if (encryption.aead() != (integrity == IntegrityAlgorithm.NONE)) {
      throw new IllegalArgumentException(
          "integrity " + integrity + " does not go with " + encryption);
    }
  }
}
