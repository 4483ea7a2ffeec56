package io.keyway.ike.engine.sa;

import io.keyway.api.Outcome;
import io.keyway.api.Result;
import io.keyway.api.ike.AddressPool;
import io.keyway.api.ike.AssignedAddresses;
import io.keyway.api.ike.EngineEvent;
import io.keyway.api.ike.Identity;
import io.keyway.ike.engine.address.Configuration;
import io.keyway.ike.engine.log.CounterNames;
import io.keyway.ike.engine.log.IkeLog;
import io.keyway.ike.message.ConfigurationPayload;
import io.keyway.ike.message.IkeMessage;
import io.keyway.ike.message.NotifyPayload;
import io.keyway.ike.message.NotifyType;
import io.keyway.ike.message.Payload;
import java.net.InetAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.function.Supplier;

/**
 * Gives the peer addresses that it asks for by CFG_REQUEST (RFC 7296 sections 2.19 and 3.15.4), in
 * IKE_AUTH or, from a peer that tries again, in INFORMATIONAL.
 */
final class Assignment {
  private final IkeSa sa;
  private final Configuration.Wanted wanted;
  private final List<InetAddress> given = new ArrayList<>();
  private final List<String> problems = new ArrayList<>();

  private Assignment(IkeSa sa, Configuration.Wanted wanted) {
    this.sa = sa;
    this.wanted = wanted;
  }

  /**
   * Answers what a request of IKE_AUTH says about addresses, then the rest of it.
   *
   * @param child the payloads that answer for the first child; not asked for when the addresses
   *     fail, since no child can be made then
   */
  static CompletableFuture<List<Payload>> before(
      IkeSa sa, IkeMessage request, Supplier<CompletableFuture<List<Payload>>> child) {
    return answer(sa, request)
        .thenCompose(
            cp -> {
              if (sa.isDead() || cp.stream().anyMatch(NotifyPayload.class::isInstance)) {
                return CompletableFuture.completedFuture(cp);
              }
              return child
                  .get()
                  .thenApply(
                      rest -> {
                        List<Payload> all = new ArrayList<>(cp);
                        all.addAll(rest);
                        return all;
                      });
            });
  }

  /** CFG_REPLY, or a notification why there is none; nothing when nothing was asked. */
  static CompletableFuture<List<Payload>> answer(IkeSa sa, IkeMessage request) {
    Optional<ConfigurationPayload> asked =
        request.all(ConfigurationPayload.class).stream()
            .filter(cp -> cp.configType() == ConfigurationPayload.CFG_REQUEST)
            .findFirst();
    // Whoever gives no addresses ignores the payload (RFC 7296 section 3.15.4).
    if (asked.isEmpty() || !sa.addresses().gives()) {
      return CompletableFuture.completedFuture(List.of());
    }
    return new Assignment(sa, Configuration.wanted(asked.get())).answer();
  }

  private CompletableFuture<List<Payload>> answer() {
    return acquire(true, wanted.ipv4(), wanted.wished4())
        .thenCompose(nothing -> acquire(false, wanted.ipv6(), wanted.wished6()))
        .thenApply(nothing -> payloads());
  }

  private CompletableFuture<Void> acquire(
      boolean ipv4, boolean asked, Optional<InetAddress> wished) {
    List<AddressPool> pools =
        sa.config().options().addresses().pools().stream()
            .filter(pool -> pool.size(ipv4).signum() > 0)
            .toList();
    if (!asked || pools.isEmpty() || sa.isDead()) {
      return Task.NOTHING;
    }
    Identity peer = sa.remoteId().orElseThrow();
    return sa.home(
            sa.ctx().leases().acquire(pools, peer, ipv4, wished, sa.uid()),
            problem -> Result.<InetAddress>failed(Outcome.unavailable(problem)))
        .thenAccept(
            result -> {
              result.value().ifPresent(given::add);
              if (!result.done()) {
                problems.add(result.outcome().reason());
              }
            });
  }

  private List<Payload> payloads() {
    if (sa.isDead()) {
      sa.ctx().leases().release(sa.uid(), true);
      return List.of();
    }
    boolean wantsAddress = wanted.ipv4() || wanted.ipv6();
    if (given.isEmpty() && wantsAddress) {
      return refuse();
    }
    AssignedAddresses before = sa.addresses().assigned();
    sa.addresses()
        .set(new AssignedAddresses(before.local(), given, before.dns(), before.subnets()));
    if (!given.isEmpty()) {
      sa.ctx().counters().count("ike-addresses-assigned");
      IkeLog.IKE.info(sa, "peer '{}' gets {}", sa.remoteId().orElseThrow(), Addresses.text(given));
    }
    return List.of(
        Configuration.reply(given, sa.config().options().addresses().pools(), wanted.attributes()));
  }

  private List<Payload> refuse() {
    String reason =
        problems.isEmpty()
            ? "its pools have no addresses of the family that it asks for"
            : String.join("; ", problems);
    String text =
        "peer '"
            + sa.remoteId().orElseThrow()
            + "' at "
            + sa.path().peer()
            + " gets no address (INTERNAL_ADDRESS_FAILURE): "
            + reason;
    sa.ctx().counters().count("ike-addresses-refused");
    sa.ctx().counters().count(CounterNames.failure(NotifyType.INTERNAL_ADDRESS_FAILURE));
    IkeLog.IKE.warn(sa, "{}", text);
    if (sa.config().children().size() == 1) {
      String child = sa.config().children().get(0).name();
      sa.ctx().events().publish(new EngineEvent.ChildDown(sa.connection().name(), child, "", text));
    }
    return List.of(NotifyPayload.of(NotifyType.INTERNAL_ADDRESS_FAILURE));
  }
}
