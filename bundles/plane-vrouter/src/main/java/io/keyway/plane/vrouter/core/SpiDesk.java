package io.keyway.plane.vrouter.core;

import io.keyway.api.Outcome;
import io.keyway.api.Result;
import io.keyway.api.sa.Spi;
import io.keyway.api.sa.SpiLease;
import io.keyway.plane.support.PlaneThread;
import io.keyway.plane.vrouter.agent.AgentException;
import io.keyway.plane.vrouter.message.Results;
import io.keyway.plane.vrouter.message.SaMessages;
import io.keyway.protocol.vrouter.v1.GetSpisRequest;
import io.keyway.protocol.vrouter.v1.GetSpisResponse;
import io.keyway.protocol.vrouter.v1.ReleaseSpisRequest;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.function.Supplier;

/**
 * Inbound SPIs. Those that are asked for while a call is on its way share the next one. The index
 * of a pair is its inbound SPI, which no other pair of the router has. On the plane's thread.
 */
final class SpiDesk {

  private static final String OWNER = SaMessages.OWNER_PREFIX + "sad";

  private final String plane;
  private final PlaneThread thread;
  private final Supplier<Optional<Contact>> contact;
  private final Supplier<Outcome> notReady;
  private final Life life;
  private final ArrayDeque<CompletableFuture<Result<SpiLease>>> waiting = new ArrayDeque<>();
  private final Set<Spi> out = new HashSet<>();
  private boolean flying;

  SpiDesk(
      String plane,
      PlaneThread thread,
      Supplier<Optional<Contact>> contact,
      Supplier<Outcome> notReady,
      Life life) {
    this.plane = plane;
    this.thread = thread;
    this.contact = contact;
    this.notReady = notReady;
    this.life = life;
  }

  /** An SA has it: it is a lease no more. */
  void used(Spi spi) {
    out.remove(spi);
  }

  /** Leases that were given out in this life, and neither used nor given back. */
  long leased() {
    return out.size();
  }

  /** Another life: no lease counts any more. */
  void clear() {
    out.clear();
  }

  /** An answer that is complete already is not waited for. */
  void allocate(CompletableFuture<Result<SpiLease>> answer) {
    if (contact.get().isEmpty()) {
      answer.complete(Result.failed(notReady.get()));
      return;
    }
    waiting.add(answer);
    ask();
  }

  void reject(Outcome outcome) {
    List<CompletableFuture<Result<SpiLease>>> all = new ArrayList<>(waiting);
    waiting.clear();
    all.forEach(answer -> answer.complete(Result.failed(outcome)));
  }

  private void ask() {
    waiting.removeIf(CompletableFuture::isDone);
    Optional<Contact> now = contact.get();
    if (flying || waiting.isEmpty() || now.isEmpty()) {
      return;
    }
    flying = true;
    int count = Math.min(waiting.size(), now.get().batch());
    now.get()
        .agent()
        .getSpis(
            GetSpisRequest.newBuilder()
                .setExpectedGeneration(now.get().generation())
                .setOwner(OWNER)
                .setCount(count)
                .build())
        .whenComplete((got, error) -> thread.submit(() -> answered(now.get(), count, got, error)));
  }

  private void answered(Contact from, int count, GetSpisResponse got, Throwable error) {
    flying = false;
    if (contact.get().filter(from::equals).isEmpty()) {
      // Those who wait were told when that contact ended; its leases may be of another life.
      ask();
      return;
    }
    Outcome outcome =
        error == null ? Results.outcome(got.getResult()) : Outcome.unavailable(words(error));
    if (outcome.done() && got.getSpisCount() == 0) {
      outcome = Outcome.unavailable("the vRouter's agent gave no SPI");
    }
    if (!outcome.done()) {
      for (int i = 0; i < count && !waiting.isEmpty(); i++) {
        waiting.poll().complete(Result.failed(outcome));
      }
    } else {
      List<Integer> left = new ArrayList<>();
      for (int spi : got.getSpisList()) {
        if (!give(spi)) {
          left.add(spi);
        }
      }
      if (!left.isEmpty()) {
        release(from, left);
      }
    }
    ask();
  }

  /** False when nobody wants it any more. */
  private boolean give(int bits) {
    if (Integer.toUnsignedLong(bits) < 256) {
      return true;
    }
    Spi spi = Spi.ofBits(bits);
    SpiLease lease = new SpiLease(plane, spi, spi.value(), life.generation());
    for (var next = waiting.poll(); next != null; next = waiting.poll()) {
      if (next.complete(Result.ok(lease))) {
        out.add(spi);
        return true;
      }
    }
    return false;
  }

  /** Nobody waits for it: a lease that is not given back is void after a while. */
  private static void release(Contact from, List<Integer> spis) {
    from.agent()
        .releaseSpis(
            ReleaseSpisRequest.newBuilder()
                .setExpectedGeneration(from.generation())
                .addAllSpis(spis)
                .build());
  }

  void release(SpiLease lease, CompletableFuture<Outcome> answer) {
    if (!lease.generation().equals(life.generation())) {
      answer.complete(Outcome.absent("the lease is of an earlier generation"));
      return;
    }
    Optional<Contact> now = contact.get();
    if (now.isEmpty()) {
      answer.complete(notReady.get());
      return;
    }
    out.remove(lease.spi());
    now.get()
        .agent()
        .releaseSpis(
            ReleaseSpisRequest.newBuilder()
                .setExpectedGeneration(now.get().generation())
                .addSpis(lease.spi().bits())
                .build())
        .whenComplete(
            (list, error) ->
                answer.complete(
                    error != null
                        ? Outcome.unknown(words(error))
                        : list.getResultsCount() == 1
                            ? Results.outcome(list.getResults(0))
                            : Outcome.unknown("the vRouter's agent gave no result")));
  }

  static String words(Throwable error) {
    Throwable cause =
        error instanceof java.util.concurrent.CompletionException && error.getCause() != null
            ? error.getCause()
            : error;
    return cause instanceof AgentException ? cause.getMessage() : String.valueOf(cause);
  }
}
