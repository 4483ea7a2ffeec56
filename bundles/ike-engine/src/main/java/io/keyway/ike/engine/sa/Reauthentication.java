package io.keyway.ike.engine.sa;

import io.keyway.api.ike.ChildConfig;
import io.keyway.api.ike.ChildResult;
import io.keyway.ike.engine.log.IkeLog;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;

/**
 * Authenticates anew (RFC 7296 section 2.8.3): a new IKE SA with the same children is made beside
 * the old one, which goes only when all of them are up. Who initiated the first IKE SA does it.
 */
final class Reauthentication {
  private Reauthentication() {}

  static void start(IkeSa old) {
    if (old.state() != IkeSa.State.ESTABLISHED || old.children().isBusy()) {
      if (!old.isDead()) {
        old.timers().retryReauth();
      }
      return;
    }
    List<ChildConfig> wanted = wanted(old);
    if (wanted.isEmpty()) {
      old.life().endPolitely("it is to be authenticated anew and carries nothing");
      return;
    }
    // To where the peer is now, which is not where it was configured if it was redirected or moved.
    IkeSa fresh =
        Initiation.newSa(
            old.ctx(),
            old.connection(),
            old.path().local().getAddress(),
            old.path().remote().getAddress());
    begin(old, fresh, wanted)
        .thenAccept(all -> old.execute(() -> finish(old.successorOrSelf(), all)));
  }

  /** Moves everything to a new IKE SA, of which nothing was sent yet, with another gateway. */
  static void replace(IkeSa old, IkeSa fresh, String reason) {
    List<ChildConfig> wanted = wanted(old);
    if (wanted.isEmpty()) {
      old.life().endPolitely(reason);
      return;
    }
    begin(old, fresh, wanted)
        .thenAccept(
            all ->
                old.execute(
                    () -> {
                      IkeSa now = old.successorOrSelf();
                      if (all) {
                        now.life().endPolitely(reason);
                      } else if (!now.isDead()) {
                        IkeLog.IKE.warn(now, "{}, but it does not take our children", reason);
                        now.age().setReplaced(false);
                      }
                    }));
  }

  private static List<ChildConfig> wanted(IkeSa old) {
    List<ChildConfig> wanted = new ArrayList<>();
    for (ChildConfig config : old.config().children()) {
      if (old.children().up(config.name()).isPresent()) {
        wanted.add(config);
      }
    }
    return wanted;
  }

  /** Whether all of them came up. */
  private static CompletableFuture<Boolean> begin(
      IkeSa old, IkeSa fresh, List<ChildConfig> wanted) {
    fresh.addresses().wish(old.addresses().assigned());
    old.age().setReplaced(true);
    old.connection().add(fresh);
    List<CompletableFuture<ChildResult>> results = new ArrayList<>();
    for (ChildConfig config : wanted) {
      CompletableFuture<ChildResult> result = new CompletableFuture<>();
      results.add(result);
      Initiation.place(fresh, config, result, () -> result.cancel(false));
    }
    return CompletableFuture.allOf(results.toArray(CompletableFuture[]::new))
        .handle(
            (nothing, error) ->
                results.stream()
                    .allMatch(r -> !r.isCompletedExceptionally() && r.join().outcome().done()));
  }

  private static void finish(IkeSa now, boolean all) {
    if (all) {
      now.ctx().counters().count("ike-reauthenticated");
      now.life().endPolitely("it was authenticated anew");
    } else if (!now.isDead()) {
      IkeLog.IKE.warn(now, "reauthentication failed and is tried again");
      now.ctx().counters().count("ike-reauthentication-failures");
      now.age().setReplaced(false);
      now.timers().retryReauth();
    }
  }
}
