package io.keyway.ike.engine.lab;

import io.keyway.api.Outcome;
import io.keyway.api.Registration;
import io.keyway.api.Result;
import io.keyway.api.sa.ChildId;
import io.keyway.api.sa.Direction;
import io.keyway.api.sa.Endpoints;
import io.keyway.api.sa.Generation;
import io.keyway.api.sa.SaId;
import io.keyway.api.sa.SaKeys;
import io.keyway.api.sa.SadEvent;
import io.keyway.api.sa.SadService;
import io.keyway.api.sa.SecurityAssociation;
import io.keyway.api.sa.Spi;
import io.keyway.api.sa.SpiLease;
import io.keyway.api.sa.Usage;
import io.keyway.api.sp.Policy;
import io.keyway.api.sp.PolicyAction;
import io.keyway.api.sp.SpdService;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.Supplier;

/**
 * SAD and SPD of one gateway in memory. Answers come after a while, on no worker of the engine. The
 * test can make any call end otherwise.
 */
public final class FakePlane implements SadService {
  private static final Duration LATENCY = Duration.ofMillis(2);

  /** One installed SA with its keys. */
  public record Installed(SecurityAssociation sa, byte[] encryption, byte[] integrity) {}

  /** One claim. */
  public static final class Claim {
    public final Policy policy;
    public boolean awake;
    public long selectedAt;

    Claim(Policy policy) {
      this.policy = policy;
    }
  }

  private final VirtualTime time;
  private final Map<SaId, Installed> sas = new LinkedHashMap<>();
  private final List<Claim> claims = new ArrayList<>();
  private final List<SpiLease> leases = new ArrayList<>();
  private final List<Consumer<SadEvent>> listeners = new ArrayList<>();
  private final List<String> log = new ArrayList<>();
  private final Map<SaId, Usage> usage = new HashMap<>();
  private final List<SecurityAssociation> earlier = new ArrayList<>();
  private final Set<String> outboundKeys = new HashSet<>();
  private final List<String> reused = new ArrayList<>();
  private boolean broken;

  /** SAs can be given other endpoints, as on a vRouter; not on an E2100. */
  public boolean moves;

  private int rows = Integer.MAX_VALUE;
  private Duration latency = LATENCY;
  private Function<String, Optional<Outcome>> fate = call -> Optional.empty();
  private Function<String, Boolean> carriedOutAnyway = call -> false;
  private int nextSpi;
  private long selections;
  private final Spd spd = new Spd();

  public FakePlane(VirtualTime time, int firstSpi) {
    this.time = time;
    this.nextSpi = firstSpi;
  }

  // --- the test's side ----------------------------------------------------------------------

  public SpdService spd() {
    return spd;
  }

  public void setLatency(Duration newLatency) {
    latency = newLatency;
  }

  /**
   * Decides calls by their description, such as {@code add OUTBOUND}, {@code put}, {@code reserve}.
   */
  public void setFate(Function<String, Optional<Outcome>> decision) {
    fate = decision;
  }

  public void noFate() {
    fate = call -> Optional.empty();
  }

  /** Calls that are carried out although the answer says otherwise. */
  public void setCarriedOutAnyway(Function<String, Boolean> which) {
    carriedOutAnyway = which;
  }

  public void setEarlier(List<SecurityAssociation> left) {
    earlier.clear();
    earlier.addAll(left);
  }

  public void setUsage(SaId sa, Usage value) {
    usage.put(sa, value);
  }

  /** What was done, in order. */
  public List<String> log() {
    return log;
  }

  public Collection<Installed> sas() {
    return sas.values();
  }

  public List<Installed> sas(Direction direction) {
    return sas.values().stream().filter(i -> i.sa().id().direction() == direction).toList();
  }

  public Optional<Installed> inbound(int spi) {
    return sas(Direction.INBOUND).stream().filter(i -> i.sa().id().spi().bits() == spi).findFirst();
  }

  /** Outbound SAs whose key was in an outbound SA before, in any life of the plane. */
  public List<String> reusedKeys() {
    return reused;
  }

  /** Whether an SA is of an earlier life of the engine. */
  public boolean isEarlier(Installed installed) {
    return earlier.contains(installed.sa());
  }

  /** A reboot: nothing is left in it, and nobody is told. */
  public void wipe() {
    sas.clear();
    claims.clear();
    leases.clear();
    earlier.clear();
  }

  public List<Claim> claims() {
    return claims;
  }

  public List<SpiLease> leases() {
    return leases;
  }

  public void tell(SadEvent event) {
    List.copyOf(listeners).forEach(l -> l.accept(event));
  }

  /** The SA that outbound traffic of a child goes through now; empty: it is held. */
  public Optional<Installed> outboundOf(String childName) {
    Claim best = null;
    for (Claim claim : claims) {
      if (claim.awake
          && claim.policy.direction() == Direction.OUTBOUND
          && claim.policy.child().connection().equals(childName)
          && (best == null || claim.selectedAt > best.selectedAt)) {
        best = claim;
      }
    }
    return best == null
        ? Optional.empty()
        : Optional.ofNullable(sas.get(((PolicyAction.Protect) best.policy.action()).sa()));
  }

  /** Has calls throw, as those of a service that is just going may. */
  public void setBroken(boolean value) {
    broken = value;
  }

  private <T> CompletionStage<T> later(Supplier<T> action) {
    if (broken) {
      throw new IllegalStateException("this service is gone");
    }
    CompletableFuture<T> future = new CompletableFuture<>();
    time.after(latency, () -> future.complete(action.get()));
    return future;
  }

  private CompletionStage<Outcome> call(String description, Supplier<Outcome> action) {
    return later(
        () -> {
          Optional<Outcome> decided = fate.apply(description);
          log.add(description + decided.map(o -> " -> " + o.kind()).orElse(""));
          if (decided.isPresent() && !carriedOutAnyway.apply(description)) {
            return decided.get();
          }
          Outcome real = action.get();
          return decided.orElse(real);
        });
  }

  // --- SAD ----------------------------------------------------------------------------------

  @Override
  public CompletionStage<Result<SpiLease>> reserve(String plane, Duration timeout) {
    return later(
        () -> {
          Optional<Outcome> decided = fate.apply("reserve");
          if (decided.isPresent()) {
            return Result.failed(decided.get());
          }
          int spi = nextSpi++;
          SpiLease lease = new SpiLease(plane, Spi.ofBits(spi), spi, new Generation(1));
          leases.add(lease);
          log.add("reserve " + lease.spi());
          return Result.ok(lease);
        });
  }

  /** Gives the plane room for so many pairs only; who replaces one waits for it. */
  public void setRows(int pairs) {
    rows = pairs;
  }

  @Override
  public CompletionStage<Result<SpiLease>> reserve(
      String plane, Purpose purpose, Duration timeout) {
    boolean room = sas(Direction.INBOUND).size() + leases.size() < rows;
    if (purpose == Purpose.NEW || room) {
      return reserve(plane, timeout);
    }
    CompletableFuture<Result<SpiLease>> answer = new CompletableFuture<>();
    if (timeout.isZero()) {
      answer.complete(Result.failed(Outcome.full("waiting for free rows in a table")));
      return answer;
    }
    Duration step = Duration.ofMillis(100);
    time.after(
        step, () -> reserve(plane, purpose, timeout.minus(step)).thenAccept(answer::complete));
    return answer;
  }

  @Override
  public CompletionStage<Outcome> release(SpiLease lease) {
    return call(
        "release " + lease.spi(), () -> leases.remove(lease) ? Outcome.ok() : Outcome.same());
  }

  @Override
  public CompletionStage<Outcome> add(SecurityAssociation sa, SaKeys keys, Duration timeout) {
    byte[] encryption = keys.encryption().read(byte[]::clone);
    byte[] integrity = keys.integrity().read(byte[]::clone);
    keys.close();
    return call(
        "add " + sa.id().direction() + " " + sa.id().spi(),
        () -> {
          String key = HexFormat.of().formatHex(encryption);
          if (sa.id().direction() == Direction.OUTBOUND && !outboundKeys.add(key)) {
            reused.add(sa.id().toString());
          }
          sas.put(sa.id(), new Installed(sa, encryption, integrity));
          leases.remove(sa.lease());
          return Outcome.ok();
        });
  }

  @Override
  public CompletionStage<Outcome> move(SaId sa, Endpoints endpoints, Duration timeout) {
    if (!moves) {
      return CompletableFuture.completedFuture(Outcome.refused("this plane cannot move an SA"));
    }
    return call(
        "move " + sa.direction() + " " + sa.spi(),
        () -> {
          Installed there = sas.get(sa);
          if (there == null) {
            return Outcome.absent("there is no SA " + sa);
          }
          sas.put(
              sa,
              new Installed(
                  withEndpoints(there.sa(), endpoints), there.encryption(), there.integrity()));
          return Outcome.ok();
        });
  }

  private static SecurityAssociation withEndpoints(SecurityAssociation sa, Endpoints endpoints) {
    return new SecurityAssociation(
        sa.id(),
        sa.child(),
        sa.lease(),
        sa.encryption(),
        sa.integrity(),
        sa.esn(),
        sa.replayWindow(),
        sa.mode(),
        endpoints,
        sa.selectors(),
        sa.lifetime());
  }

  @Override
  public CompletionStage<Map<SaId, Usage>> usage(Collection<SaId> asked, Duration timeout) {
    return later(
        () -> {
          Map<SaId, Usage> answer = new HashMap<>(usage);
          answer.keySet().retainAll(asked);
          return answer;
        });
  }

  @Override
  public CompletionStage<Outcome> remove(SaId sa, Duration timeout) {
    return call(
        "remove " + sa.direction() + " " + sa.spi(),
        () -> sas.remove(sa) == null ? Outcome.absent("") : Outcome.ok());
  }

  @Override
  public CompletionStage<List<Outcome>> flush(
      String owner, Optional<String> instance, Duration timeout) {
    throw new UnsupportedOperationException("the engine never flushes");
  }

  @Override
  public List<SecurityAssociation> adopt(String owner, String newInstance) {
    return List.copyOf(earlier);
  }

  @Override
  public List<Entry> entries() {
    return List.of();
  }

  @Override
  public Registration subscribe(Consumer<SadEvent> listener) {
    listeners.add(listener);
    return () -> listeners.remove(listener);
  }

  // --- SPD ----------------------------------------------------------------------------------

  private final class Spd implements SpdService {
    @Override
    public CompletionStage<Outcome> put(Policy policy, Duration timeout) {
      return call(
          "put " + policy.direction() + " " + policy.selectors(),
          () -> {
            claims.add(new Claim(policy));
            return Outcome.ok();
          });
    }

    @Override
    public CompletionStage<Outcome> select(ChildId child, Duration timeout) {
      return call(
          "select " + child.connection(),
          () -> {
            boolean any = false;
            for (Claim claim : claims) {
              if (claim.policy.child().equals(child)) {
                claim.awake = true;
                claim.selectedAt = ++selections;
                any = true;
              }
            }
            return any ? Outcome.ok() : Outcome.absent("no claims of " + child);
          });
    }

    @Override
    public CompletionStage<Outcome> remove(ChildId child, Duration timeout) {
      return call(
          "unclaim " + child.connection(),
          () ->
              claims.removeIf(c -> c.policy.child().equals(child))
                  ? Outcome.ok()
                  : Outcome.absent(""));
    }

    @Override
    public CompletionStage<Usage> usage(ChildId child, Duration timeout) {
      throw new UnsupportedOperationException("the engine asks the SAD");
    }

    @Override
    public CompletionStage<List<Outcome>> flush(
        String owner, Optional<String> instance, Duration timeout) {
      throw new UnsupportedOperationException("the engine never flushes");
    }

    @Override
    public List<Entry> entries() {
      return List.of();
    }
  }
}
