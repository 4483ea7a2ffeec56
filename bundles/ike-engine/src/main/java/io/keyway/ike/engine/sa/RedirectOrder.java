package io.keyway.ike.engine.sa;

import io.keyway.api.Outcome;
import io.keyway.api.ike.ChildResult;
import io.keyway.ike.engine.negotiate.RedirectNotify;
import io.keyway.ike.message.IkeMessage;
import io.keyway.ike.message.Payload;
import java.util.List;
import java.util.concurrent.CompletableFuture;

/** Sends the peer of an established IKE SA elsewhere (RFC 5685 section 5). */
final class RedirectOrder implements Task {
  private final String to;
  private final CompletableFuture<ChildResult> result;

  RedirectOrder(String to, CompletableFuture<ChildResult> result) {
    this.to = to;
    this.result = result;
  }

  @Override
  public void build(IkeSa sa, List<Payload> request) {
    request.add(RedirectNotify.to(to, new byte[0]));
  }

  @Override
  public Step process(IkeSa sa, IkeMessage response) {
    sa.redirect().sent(to);
    result.complete(new ChildResult(Outcome.ok(), sa.children().statuses()));
    return Step.DONE;
  }

  @Override
  public void abandon(IkeSa sa, Outcome why) {
    result.complete(ChildResult.of(why));
  }
}
