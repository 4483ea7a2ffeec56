package io.keyway.ike.engine.sa;

import io.keyway.ike.message.IkeMessage;
import io.keyway.ike.message.Payload;
import java.util.List;

/** Tells the peer which other addresses we have (RFC 4555 section 3.6). */
final class AddressListTask implements Task {
  @Override
  public void build(IkeSa sa, List<Payload> request) {
    request.addAll(sa.mobike().tell());
  }

  @Override
  public Step process(IkeSa sa, IkeMessage response) {
    return Step.DONE;
  }
}
