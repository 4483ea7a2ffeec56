package io.keyway.ike.engine.sa;

import io.keyway.api.Outcome;
import io.keyway.ike.engine.negotiate.MobikeNotify;
import io.keyway.ike.message.IkeMessage;
import io.keyway.ike.message.NotifyPayload;
import io.keyway.ike.message.NotifyType;
import io.keyway.ike.message.Payload;
import java.util.List;

/** Tells the peer to use the addresses that this request comes with (RFC 4555 section 3.5). */
final class AddressUpdateTask implements Task {
  private Path path;
  private RouteCookie cookie;

  @Override
  public Outcome stillDue(IkeSa sa) {
    return sa.mobike().isUpdateDue() ? Outcome.ok() : Outcome.absent("the peer was told already");
  }

  @Override
  public void build(IkeSa sa, List<Payload> request) {
    path = sa.path();
    cookie = RouteCookie.make(sa.ctx());
    sa.mobike().updateSent();
    request.add(NotifyPayload.of(NotifyType.UPDATE_SA_ADDRESSES));
    request.addAll(sa.mobike().natDetection(path));
    if (!sa.mobike().mayPassNat()) {
      request.add(MobikeNotify.noNats(path.local(), path.remote()));
    }
    request.add(cookie.payload());
  }

  @Override
  public Step process(IkeSa sa, IkeMessage response) {
    boolean refused = response.error().isPresent();
    if (!refused && !cookie.isIn(response)) {
      RouteCookie.end(sa);
    } else {
      sa.mobike().updated(path, response);
    }
    return Step.DONE;
  }
}
