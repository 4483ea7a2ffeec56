package io.keyway.ike.engine.sa;

import io.keyway.api.crypto.IkeProposal;
import io.keyway.api.key.SecretBytes;
import io.keyway.ike.crypto.KeySchedule;
import java.util.List;

/** The IKE SA that a rekey makes: new SPIs and keys; uid, worker, path and identities stay. */
final class Successor {
  private Successor() {}

  /**
   * Makes and registers it; it is in use only after {@link IkeSa#handOver}.
   *
   * @param initiator whether we started the rekey: who did is the initiator of the new SA
   * @param secret only looked at
   * @param more of additional key exchanges, only looked at
   * @param ni nonce of who started the rekey
   */
  static IkeSa make(
      IkeSa old,
      IkeProposal proposal,
      SecretBytes secret,
      List<SecretBytes> more,
      boolean initiator,
      long spiI,
      long spiR,
      byte[] ni,
      byte[] nr) {
    EngineContext ctx = old.ctx();
    IkeSa successor =
        new IkeSa(
            ctx, old.uid(), old.stripe(), initiator, spiI, spiR, old.path(), old.connection());
    successor.setState(IkeSa.State.SUCCEEDING);
    successor.age().inherit(old.age());
    successor.setIdentities(old.localId().orElseThrow(), old.remoteId().orElseThrow());
    successor.setNat(old.nat());
    successor.setFragmentation(old.fragmentation());
    successor.setCrypto(
        new SaCrypto(
                ctx.crypto(),
                proposal,
                KeySchedule.rekeyedIkeSa(
                    old.crypto().prf(),
                    old.crypto().keys().skD(),
                    ctx.crypto().prf(proposal.prf()),
                    proposal.encryption(),
                    proposal.integrity(),
                    secret,
                    more,
                    ni,
                    nr,
                    spiI,
                    spiR),
                initiator)
            .inheritPpk(old.crypto().ppkId()));
    return successor;
  }
}
