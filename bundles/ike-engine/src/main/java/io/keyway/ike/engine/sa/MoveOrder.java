package io.keyway.ike.engine.sa;

import io.keyway.api.Outcome;
import java.net.InetAddress;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;

/** An operator's order to use another address of ours, or to tell the peer once more. */
public final class MoveOrder {
  private MoveOrder() {}

  /**
   * Moves one IKE SA, from any thread.
   *
   * @param local one of the addresses that the connection names; empty: the preferred one
   */
  public static CompletableFuture<Outcome> give(
      IkeSa sa, Optional<InetAddress> local, Duration timeout) {
    CompletableFuture<Outcome> result = new CompletableFuture<>();
    sa.execute(
        () -> {
          IkeSa now = sa.successorOrSelf();
          Optional<Outcome> refusal = refusal(now, local);
          if (refusal.isPresent()) {
            result.complete(refusal.get());
            return;
          }
          now.after(
              timeout,
              () ->
                  result.complete(
                      Outcome.unavailable(
                          "peer "
                              + now.path().peer()
                              + " did not confirm it within "
                              + timeout.toSeconds()
                              + " seconds; it goes on in the background")));
          now.mobike().order(local, result);
        });
    return result;
  }

  private static Optional<Outcome> refusal(IkeSa sa, Optional<InetAddress> local) {
    if (!sa.state().isEstablished()) {
      return Optional.of(Outcome.unavailable("the IKE SA is " + sa.state()));
    }
    if (!sa.mobike().isAgreed()) {
      return Optional.of(
          Outcome.refused(
              "MOBIKE was not agreed on with peer "
                  + sa.path().peer()
                  + "; switch mobike on at both ends and set the IKE SA up anew"));
    }
    if (!sa.mobike().decides()) {
      return Optional.of(
          Outcome.refused(
              "the peer made the IKE SA, so only it can move it (RFC 4555); do it there"));
    }
    return local
        .filter(address -> !sa.mobike().canUse(address))
        .map(
            address ->
                Outcome.refused(
                    address.getHostAddress()
                        + " is not an address of this host that the gateway names and that fits one"
                        + " of the peer's; see additional-local-address and local-interface"));
  }
}
