package io.keyway.tunnels;

import io.keyway.api.Outcome;
import io.keyway.api.sa.ChildId;
import io.keyway.api.sa.Usage;
import io.keyway.api.sp.Policy;
import io.keyway.api.sp.SpdService;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/** Remembers claims in the order they came. */
class FakeSpd implements SpdService {

  final List<Policy> claims = new ArrayList<>();
  final List<String> calls = new ArrayList<>();
  Outcome putAnswer = Outcome.ok();
  Usage usage = Usage.ABSENT;
  Usage heldUsage = Usage.ABSENT;

  @Override
  public CompletionStage<Outcome> put(Policy policy, Duration timeout) {
    calls.add("put " + policy.child().connection() + " " + policy.action());
    if (putAnswer.done()) {
      claims.removeIf(
          p -> p.child().equals(policy.child()) && p.selectors().equals(policy.selectors()));
      claims.add(policy);
    }
    return CompletableFuture.completedFuture(putAnswer);
  }

  @Override
  public CompletionStage<Outcome> select(ChildId child, Duration timeout) {
    return CompletableFuture.completedFuture(Outcome.ok());
  }

  @Override
  public CompletionStage<Outcome> remove(ChildId child, Duration timeout) {
    calls.add("remove " + child.connection());
    boolean any = claims.removeIf(p -> p.child().equals(child));
    return CompletableFuture.completedFuture(any ? Outcome.ok() : Outcome.absent("no claim"));
  }

  @Override
  public CompletionStage<Usage> usage(ChildId child, Duration timeout) {
    return CompletableFuture.completedFuture(usage);
  }

  @Override
  public CompletionStage<Usage> held(ChildId child, Duration timeout) {
    return CompletableFuture.completedFuture(
        child.uid().startsWith("hold") || child.owner().name().equals("tunnels")
            ? heldUsage
            : Usage.ABSENT);
  }

  @Override
  public CompletionStage<List<Outcome>> flush(
      String owner, Optional<String> instance, Duration timeout) {
    calls.add("flush " + owner + " " + instance.orElse("*"));
    claims.removeIf(
        p ->
            p.child().owner().name().equals(owner)
                && (instance.isEmpty() || p.child().owner().instance().equals(instance.get())));
    return CompletableFuture.completedFuture(List.of());
  }

  @Override
  public List<Entry> entries() {
    return claims.stream().map(p -> new Entry(p, true, true, "")).toList();
  }
}
