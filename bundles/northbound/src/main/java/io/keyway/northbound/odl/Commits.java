package io.keyway.northbound.odl;

import com.google.common.util.concurrent.FluentFuture;
import com.google.common.util.concurrent.FutureCallback;
import com.google.common.util.concurrent.MoreExecutors;
import java.util.concurrent.CompletableFuture;
import org.opendaylight.mdsal.common.api.CommitInfo;

/** Commits of OpenDaylight as the JDK's futures. */
final class Commits {

  private Commits() {}

  static CompletableFuture<Void> done(FluentFuture<? extends CommitInfo> commit) {
    CompletableFuture<Void> done = new CompletableFuture<>();
    commit.addCallback(
        new FutureCallback<CommitInfo>() {
          @Override
          public void onSuccess(CommitInfo result) {
            done.complete(null);
          }

          @Override
          public void onFailure(Throwable cause) {
            done.completeExceptionally(cause);
          }
        },
        MoreExecutors.directExecutor());
    return done;
  }
}
