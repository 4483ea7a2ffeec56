package io.keyway.ike.engine.sa;

import io.keyway.api.crypto.EspProposal;
import io.keyway.api.ike.ChildConfig;
import io.keyway.api.key.SecretBytes;
import io.keyway.api.sa.ChildId;
import io.keyway.api.sa.Endpoints;
import io.keyway.api.sa.SpiLease;
import io.keyway.api.ts.SelectorPair;
import io.keyway.ike.crypto.ChildSaKeys;
import io.keyway.ike.crypto.KeySchedule;
import java.util.List;
import java.util.Optional;

/** From a finished negotiation to a child and its keys (RFC 7296 section 2.17); for both roles. */
final class ChildKeying implements AutoCloseable {
  private final IkeSa sa;
  private final EspProposal chosen;
  private Optional<SecretBytes> secret = Optional.empty();
  private List<SecretBytes> more = List.of();

  ChildKeying(IkeSa sa, EspProposal chosen) {
    this.sa = sa;
    this.chosen = chosen;
  }

  /** Of a key exchange of the child's own; ownership passes. */
  void sharedSecret(SecretBytes shared) {
    secret = Optional.of(shared);
  }

  /** Of additional key exchanges, in their order; only looked at. */
  void additionalSecrets(List<SecretBytes> secrets) {
    more = secrets;
  }

  /**
   * The child, not installed yet.
   *
   * @param old the child that it replaces
   */
  ChildSa child(
      ChildConfig config,
      SpiLease lease,
      int peerSpi,
      List<SelectorPair> pairs,
      Optional<ChildSa> old) {
    ChildSa child =
        new ChildSa(
            sa,
            new ChildId(sa.ctx().owner(), sa.ctx().newUid(), config.name(), Leftovers.peer(sa)),
            config,
            lease,
            peerSpi,
            chosen,
            config.mode(),
            endpoints(sa),
            pairs);
    old.ifPresent(
        o -> {
          child.replaces = o;
          child.ours = o.ours;
        });
    return child;
  }

  /** Endpoints of a child that is made now. */
  static Endpoints endpoints(IkeSa sa) {
    return sa.path().endpoints(sa.nat().any());
  }

  /**
   * The keys, which the caller owns; this object's secrets are wiped.
   *
   * @param ni nonce of who started the exchange
   * @param nr nonce of who answered
   */
  ChildSaKeys derive(byte[] ni, byte[] nr) {
    try (this) {
      return KeySchedule.childSa(
          sa.crypto().prf(),
          sa.crypto().keys().skD(),
          secret,
          more,
          ni,
          nr,
          chosen.encryption(),
          chosen.integrity());
    }
  }

  @Override
  public void close() {
    secret.ifPresent(SecretBytes::close);
  }
}
