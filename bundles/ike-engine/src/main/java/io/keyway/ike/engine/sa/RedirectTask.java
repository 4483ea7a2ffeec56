package io.keyway.ike.engine.sa;

import io.keyway.api.Outcome;
import io.keyway.ike.message.IkeMessage;
import io.keyway.ike.message.Payload;
import java.util.List;

/**
 * Looks whether the answer of IKE_AUTH sends us elsewhere (RFC 5685 section 6). Stands behind the
 * task that checks who the peer is.
 */
final class RedirectTask implements Task {

  @Override
  public void build(IkeSa sa, List<Payload> request) {
    // IKE_SA_INIT said already that we can be sent.
  }

  @Override
  public Step process(IkeSa sa, IkeMessage response) {
    return sa.redirect().isFollowed(response) ? Step.ENDED : Step.DONE;
  }

  @Override
  public void abandon(IkeSa sa, Outcome why) {
    // Nothing was begun.
  }
}
