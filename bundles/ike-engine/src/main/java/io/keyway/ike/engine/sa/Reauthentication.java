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
    List<ChildConfig> wanted = new ArrayList<>();
    for (ChildConfig config : old.config().children()) {
      if (old.children().up(config.name()).isPresent()) {
        wanted.add(config);
      }
    }
    if (wanted.isEmpty()) {
      old.life().endPolitely("it is to be authenticated anew and carries nothing");
      return;
    }
    IkeSa fresh = Initiation.newSa(old.ctx(), old.connection());
    fresh.addresses().wish(old.addresses().assigned());
    old.age().setReplaced(true);
    old.connection().add(fresh);
    List<CompletableFuture<ChildResult>> results = new ArrayList<>();
    for (ChildConfig config : wanted) {
      CompletableFuture<ChildResult> result = new CompletableFuture<>();
      results.add(result);
      Initiation.place(fresh, config, result, () -> result.cancel(false));
    }
    CompletableFuture.allOf(results.toArray(CompletableFuture[]::new))
        .whenComplete((nothing, error) -> old.execute(() -> finish(old, results)));
  }

  private static void finish(IkeSa old, List<CompletableFuture<ChildResult>> results) {
    IkeSa now = old.successorOrSelf();
    boolean all =
        results.stream().allMatch(r -> !r.isCompletedExceptionally() && r.join().outcome().done());
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
