package io.keyway.plane.vrouter.core;

import io.keyway.api.sa.Direction;
import io.keyway.api.sa.SaId;
import io.keyway.api.sa.Usage;
import io.keyway.api.ts.SelectorPair;
import io.keyway.plane.support.PlaneMemory;
import io.keyway.plane.support.PlaneThread;
import io.keyway.plane.vrouter.message.SaMessages;
import io.keyway.plane.vrouter.message.Selectors;
import io.keyway.protocol.vrouter.v1.PolicyAction;
import io.keyway.protocol.vrouter.v1.PolicyPlace;
import io.keyway.protocol.vrouter.v1.PolicyStatus;
import io.keyway.protocol.vrouter.v1.QueryPoliciesRequest;
import io.keyway.protocol.vrouter.v1.QuerySasRequest;
import io.keyway.protocol.vrouter.v1.ResultCode;
import io.keyway.protocol.vrouter.v1.SaStatus;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Function;
import java.util.function.Supplier;

/**
 * What the agent counted. Counters of a place never go back while the place exists: what an agent
 * had counted before it restarted is added, also by the next life of this controller. On the
 * plane's thread.
 */
final class Counters {

  private static final int PARTS = 4;

  private final Supplier<Optional<Contact>> contact;
  private final Mirror mirror;
  private final Gatherer<SaId, Usage> sas;
  private final Gatherer<PolicyPlace, PolicyStatus> policies;
  private final EarlierCounts earlier;
  private Map<PolicyPlace, long[]> noted;

  /** Sums by place: packets and bytes sent or let in, packets and bytes dropped. */
  private final Map<PolicyPlace, Sum> sums = new HashMap<>();

  private static final class Sum {
    private final long[] before = new long[PARTS];
    private long[] last = new long[PARTS];
    private boolean everProtected;

    /** The agent began anew, in another life or with a policy that had been lost. */
    void anew() {
      for (int i = 0; i < PARTS; i++) {
        before[i] += last[i];
      }
      last = new long[PARTS];
    }
  }

  Counters(
      String plane,
      PlaneMemory memory,
      PlaneThread thread,
      Supplier<Optional<Contact>> contact,
      Mirror mirror) {
    this.earlier = new EarlierCounts(plane, memory, PARTS);
    this.contact = contact;
    this.mirror = mirror;
    this.sas = new Gatherer<>(thread::submit, this::querySas, found -> {});
    this.policies = new Gatherer<>(thread::submit, this::queryPolicies, this::read);
  }

  void saUsage(Collection<SaId> ids, CompletableFuture<Map<SaId, Usage>> answer) {
    sas.ask(ids, answer);
  }

  void sent(Collection<SelectorPair> pairs, CompletableFuture<Map<SelectorPair, Usage>> answer) {
    places(Direction.OUTBOUND, pairs, answer, Counters::passed);
  }

  void received(
      Collection<SelectorPair> pairs, CompletableFuture<Map<SelectorPair, Usage>> answer) {
    places(Direction.INBOUND, pairs, answer, Counters::passed);
  }

  private static Optional<Usage> passed(Sum sum) {
    return sum.everProtected ? Optional.of(usage(sum, 0)) : Optional.empty();
  }

  void held(Collection<SelectorPair> pairs, CompletableFuture<Map<SelectorPair, Usage>> answer) {
    places(Direction.OUTBOUND, pairs, answer, sum -> Optional.of(usage(sum, 2)));
  }

  private static Usage usage(Sum sum, int from) {
    return Usage.of(sum.before[from] + sum.last[from], sum.before[from + 1] + sum.last[from + 1]);
  }

  private void places(
      Direction direction,
      Collection<SelectorPair> pairs,
      CompletableFuture<Map<SelectorPair, Usage>> answer,
      Function<Sum, Optional<Usage>> part) {
    Map<SelectorPair, PolicyPlace> places = new HashMap<>();
    for (SelectorPair pair : pairs) {
      Selectors.place(direction, pair).value().ifPresent(p -> places.put(pair, p));
    }
    CompletableFuture<Map<PolicyPlace, PolicyStatus>> found = new CompletableFuture<>();
    // Completed on the plane's thread, after the sums have taken the reading in.
    found.thenAccept(
        statuses -> {
          Map<SelectorPair, Usage> usages = new HashMap<>();
          places.forEach(
              (pair, place) -> {
                if (statuses.containsKey(place) && sums.containsKey(place)) {
                  part.apply(sums.get(place)).ifPresent(usage -> usages.put(pair, usage));
                }
              });
          answer.complete(usages);
        });
    policies.ask(places.values(), found);
  }

  private CompletionStage<Map<SaId, Usage>> querySas(List<SaId> ids) {
    Optional<Contact> now = contact.get();
    if (now.isEmpty()) {
      return CompletableFuture.completedFuture(Map.of());
    }
    return inParts(
        ids,
        now.get().batch(),
        part -> {
          QuerySasRequest.Builder request = QuerySasRequest.newBuilder();
          part.forEach(id -> request.addIds(SaMessages.id(id)));
          return now.get()
              .agent()
              .querySas(request.build())
              .thenApply(
                  answer -> {
                    Map<SaId, Usage> found = new HashMap<>();
                    for (int i = 0; i < Math.min(part.size(), answer.getSasCount()); i++) {
                      SaStatus status = answer.getSas(i);
                      if (status.getResult().getCode() == ResultCode.OK) {
                        found.put(part.get(i), usage(status));
                      }
                    }
                    return found;
                  });
        });
  }

  private static Usage usage(SaStatus status) {
    return new Usage(
        OptionalLong.of(status.getPackets()),
        OptionalLong.of(status.getBytes()),
        status.getLastUseUs() == 0
            ? OptionalLong.empty()
            : OptionalLong.of(status.getLastUseUs() / 1_000_000));
  }

  private CompletionStage<Map<PolicyPlace, PolicyStatus>> queryPolicies(List<PolicyPlace> places) {
    Optional<Contact> now = contact.get();
    if (now.isEmpty()) {
      return CompletableFuture.completedFuture(Map.of());
    }
    return inParts(
        places,
        now.get().batch(),
        part ->
            now.get()
                .agent()
                .queryPolicies(QueryPoliciesRequest.newBuilder().addAllPlaces(part).build())
                .thenApply(
                    answer -> {
                      Map<PolicyPlace, PolicyStatus> found = new HashMap<>();
                      for (int i = 0; i < Math.min(part.size(), answer.getPoliciesCount()); i++) {
                        if (answer.getPolicies(i).getResult().getCode() == ResultCode.OK) {
                          found.put(part.get(i), answer.getPolicies(i));
                        }
                      }
                      return found;
                    }));
  }

  private static <K, V> CompletionStage<Map<K, V>> inParts(
      List<K> keys, int most, Function<List<K>, CompletionStage<Map<K, V>>> call) {
    List<List<K>> parts = new ArrayList<>();
    for (int i = 0; i < keys.size(); i += most) {
      parts.add(keys.subList(i, Math.min(keys.size(), i + most)));
    }
    CompletionStage<Map<K, V>> all = CompletableFuture.completedFuture(new HashMap<>());
    for (List<K> part : parts) {
      all =
          all.thenCompose(
              before ->
                  call.apply(part)
                      .thenApply(
                          found -> {
                            before.putAll(found);
                            return before;
                          }));
    }
    return all;
  }

  private void read(Map<PolicyPlace, PolicyStatus> found) {
    found.forEach(
        (place, status) -> {
          Sum sum = sums.computeIfAbsent(place, this::begun);
          long[] now = {
            status.getPackets(),
            status.getBytes(),
            status.getDroppedPackets(),
            status.getDroppedBytes()
          };
          if (wentBack(sum.last, now)) {
            sum.anew();
            earlier.note(place, sum.before);
          }
          sum.last = now;
          var policy = mirror.policies().get(place);
          sum.everProtected |= policy != null && policy.getAction() == PolicyAction.PROTECT;
        });
  }

  private static boolean wentBack(long[] last, long[] now) {
    for (int i = 0; i < PARTS; i++) {
      if (now[i] < last[i]) {
        return true;
      }
    }
    return false;
  }

  private Sum begun(PolicyPlace place) {
    Sum sum = new Sum();
    long[] note = noted().remove(place);
    if (note != null) {
      System.arraycopy(note, 0, sum.before, 0, PARTS);
    }
    return sum;
  }

  /** Of places that were not read yet. */
  private Map<PolicyPlace, long[]> noted() {
    if (noted == null) {
      noted = earlier.load();
    }
    return noted;
  }

  /** The agent counts from the start again. */
  void newLife() {
    sums.forEach(
        (place, sum) -> {
          sum.anew();
          earlier.note(place, sum.before);
        });
  }

  /** These are all the places that there are: what was noted of others is over. */
  void retain(Set<PolicyPlace> places) {
    Set<PolicyPlace> known = new HashSet<>(sums.keySet());
    known.addAll(noted().keySet());
    known.stream().filter(place -> !places.contains(place)).forEach(this::forget);
  }

  /** A place that is no more has no counters; should it come back, it begins anew. */
  void forget(PolicyPlace place) {
    sums.remove(place);
    noted().remove(place);
    earlier.forget(place);
  }
}
