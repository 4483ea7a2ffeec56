package io.keyway.plane.vrouter;

import io.keyway.protocol.vrouter.v1.*;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;

/** What a router is to the agent of the tests: tables, and what may be written to them. */
final class FakeTables {

  final Map<String, SecurityAssociation> sas = new LinkedHashMap<>();
  final Map<PolicyPlace, Policy> policies = new LinkedHashMap<>();
  final Map<Integer, String> leases = new LinkedHashMap<>();
  final List<FakeAgent.Install> installs = new ArrayList<>();
  final List<Change> changes = new ArrayList<>();
  Capabilities capabilities = Samples.capabilities();
  Predicate<Change> refused = change -> false;
  private final Map<String, SaStatus> statuses = new HashMap<>();
  private final Map<PolicyPlace, PolicyStatus> counters = new HashMap<>();
  private final Map<String, Long> added = new HashMap<>();

  void clear() {
    sas.clear();
    statuses.clear();
    policies.clear();
    counters.clear();
    leases.clear();
    added.clear();
  }

  void count(PolicyPlace place, PolicyStatus status) {
    counters.put(place, status);
  }

  void state(SaStatus status) {
    statuses.put(Samples.key(status.getId()), status);
  }

  // ---- changes -------------------------------------------------------------------------------

  Result make(Change change, long generation) {
    changes.add(change);
    if (refused.test(change)) {
      return Samples.result(ResultCode.REFUSED, "the test said so; ask it");
    }
    return switch (change.getChangeCase()) {
      case ADD_SA -> add(change.getAddSa(), generation);
      case UPDATE_SA -> update(change.getUpdateSa());
      case DEL_SA ->
          sas.remove(Samples.key(change.getDelSa().getId())) == null
              ? Samples.result(ResultCode.ABSENT, "no such SA")
              : Samples.result(ResultCode.OK, "");
      case ADD_POLICY -> add(change.getAddPolicy().getPolicy());
      case DEL_POLICY -> remove(change.getDelPolicy());
      case CHANGE_NOT_SET -> Samples.result(ResultCode.REFUSED, "no change");
    };
  }

  private Result add(AddSa add, long generation) {
    SecurityAssociation sa = add.getSa();
    byte[] key = add.getKeys().getEncryptionKey().toByteArray();
    boolean suite =
        capabilities.getAlgorithmsList().stream()
            .anyMatch(
                a ->
                    a.getEncryption() == sa.getEncryption()
                        && a.getIntegrity() == sa.getIntegrity()
                        && a.getEncryptionKeyOctets() == key.length
                        && a.getIntegrityKeyOctets() == add.getKeys().getIntegrityKey().size());
    if (!suite) {
      return Samples.result(
          ResultCode.REFUSED, "no such combination of algorithms and key lengths");
    }
    boolean inbound = sa.getId().getDirection() == Direction.INBOUND;
    if (!sa.getId()
        .getDestination()
        .equals(inbound ? sa.getEndpoints().getLocal() : sa.getEndpoints().getRemote())) {
      return Samples.result(ResultCode.REFUSED, "the destination is not the endpoint");
    }
    if (inbound && sa.getEsn() && sa.getReplayWindow() == 0) {
      return Samples.result(ResultCode.REFUSED, "ESN needs a replay window");
    }
    if (sa.getSelectorsCount() < 1 || sa.getSelectorsCount() > 32) {
      return Samples.result(ResultCode.REFUSED, "1 to 32 pairs of selectors");
    }
    if (sas.containsKey(Samples.key(sa.getId()))) {
      return Samples.result(ResultCode.CONFLICT, "the SPI is in use already");
    }
    if (sas.size() >= capabilities.getSasMax()) {
      return Samples.result(ResultCode.FULL, "no room for another SA");
    }
    installs.add(
        new FakeAgent.Install(
            sa.getId().getDirection(),
            sa.getId().getSpi(),
            generation,
            HexFormat.of().formatHex(key)));
    sas.put(Samples.key(sa.getId()), sa);
    added.put(Samples.key(sa.getId()), System.nanoTime());
    leases.remove(sa.getId().getSpi());
    return Samples.result(ResultCode.OK, "");
  }

  private Result update(UpdateSa update) {
    SecurityAssociation sa = sas.get(Samples.key(update.getId()));
    if (sa == null) {
      return Samples.result(ResultCode.ABSENT, "no such SA");
    }
    if (sa.getEndpoints().equals(update.getEndpoints())) {
      return Samples.result(ResultCode.SAME, "");
    }
    boolean other = sa.getEndpoints().getLocal().size() != update.getEndpoints().getLocal().size();
    if (other && !(capabilities.getMoveBetweenFamilies() && sa.getMode() == Mode.TUNNEL)) {
      return Samples.result(ResultCode.REFUSED, "an SA of IPv4 cannot move to IPv6, nor back");
    }
    sas.put(
        Samples.key(update.getId()), sa.toBuilder().setEndpoints(update.getEndpoints()).build());
    return Samples.result(ResultCode.OK, "");
  }

  private Result add(Policy policy) {
    boolean names =
        policy.getAction() == PolicyAction.PROTECT && policy.getDirection() == Direction.OUTBOUND;
    if (names && !sas.containsKey(Samples.key(policy.getSa()))) {
      return Samples.result(ResultCode.REFUSED, "the policy's SA is not there; add it first");
    }
    if (!names && policy.hasSa()) {
      return Samples.result(ResultCode.REFUSED, "only an outbound PROTECT policy names an SA");
    }
    return policy.equals(policies.put(Samples.place(policy), policy))
        ? Samples.result(ResultCode.SAME, "")
        : Samples.result(ResultCode.OK, "");
  }

  private Result remove(DelPolicy removal) {
    Policy there = policies.get(removal.getPlace());
    if (there != null && removal.hasOnlySa() && !there.getSa().equals(removal.getOnlySa())) {
      return Samples.result(ResultCode.SAME, "the policy names another SA, and stays");
    }
    return policies.remove(removal.getPlace()) == null
        ? Samples.result(ResultCode.ABSENT, "no such policy")
        : Samples.result(ResultCode.OK, "");
  }

  Result release(int spi) {
    if (leases.remove(spi) != null) {
      return Samples.result(ResultCode.OK, "");
    }
    return sas.containsKey("in " + spi)
        ? Samples.result(ResultCode.CONFLICT, "in use by an SA")
        : Samples.result(ResultCode.ABSENT, "not leased");
  }

  int flushSas(String owner) {
    int before = sas.size();
    sas.values().removeIf(s -> owner.isEmpty() || s.getOwner().equals(owner));
    leases.values().removeIf(o -> owner.isEmpty() || o.equals(owner));
    return before - sas.size();
  }

  int flushPolicies(String owner) {
    int before = policies.size();
    policies.values().removeIf(p -> owner.isEmpty() || p.getOwner().equals(owner));
    return before - policies.size();
  }

  // ---- looking -------------------------------------------------------------------------------

  SaStatus status(SaId id) {
    SecurityAssociation sa = sas.get(Samples.key(id));
    if (sa == null) {
      return SaStatus.newBuilder()
          .setId(id)
          .setResult(Samples.result(ResultCode.ABSENT, ""))
          .build();
    }
    return statuses
        .getOrDefault(Samples.key(id), SaStatus.newBuilder().setState(byTime(sa)).build())
        .toBuilder()
        .setId(id)
        .setResult(Samples.result(ResultCode.OK, ""))
        .build();
  }

  private SaState byTime(SecurityAssociation sa) {
    long since = added.getOrDefault(Samples.key(sa.getId()), System.nanoTime());
    long seconds = (System.nanoTime() - since) / 1_000_000_000L;
    if (sa.getHard().getSeconds() != 0 && seconds >= sa.getHard().getSeconds()) {
      return SaState.HARD_EXPIRED;
    }
    return sa.getSoft().getSeconds() != 0 && seconds >= sa.getSoft().getSeconds()
        ? SaState.SOFT_EXPIRED
        : SaState.LIVE;
  }

  PolicyStatus status(PolicyPlace place) {
    if (!policies.containsKey(place)) {
      return PolicyStatus.newBuilder()
          .setPlace(place)
          .setResult(Samples.result(ResultCode.ABSENT, ""))
          .build();
    }
    return counters.getOrDefault(place, PolicyStatus.getDefaultInstance()).toBuilder()
        .setPlace(place)
        .setResult(Samples.result(ResultCode.OK, ""))
        .build();
  }
}
