package io.keyway.plane.infrap4d.core;

import io.keyway.api.Outcome;
import io.keyway.api.Result;
import io.keyway.api.crypto.EncryptionAlgorithm;
import io.keyway.api.plane.PlaneChange;
import io.keyway.api.sa.Direction;
import io.keyway.api.sa.Endpoints;
import io.keyway.api.sa.Generation;
import io.keyway.api.sa.SaId;
import io.keyway.api.sa.SaKeys;
import io.keyway.api.sa.SecurityAssociation;
import io.keyway.api.sa.SpiLease;
import io.keyway.api.sp.PolicyAction;
import io.keyway.api.ts.SelectorPair;
import io.keyway.plane.infrap4d.device.SaInsert;
import io.keyway.plane.infrap4d.device.SaRef;
import io.keyway.plane.infrap4d.settings.Infrap4dSettings;
import java.net.Inet4Address;
import java.util.EnumSet;
import java.util.Optional;
import java.util.Set;

/** Checks changes and turns them into tasks. What the device cannot do exactly is refused here. */
final class TaskFactory {

  /** The only algorithms with a validated number; AES-192 has no key_len that the device takes. */
  static final Set<EncryptionAlgorithm> ALGORITHMS =
      EnumSet.of(EncryptionAlgorithm.AES_GCM_16_128, EncryptionAlgorithm.AES_GCM_16_256);

  private final Infrap4dSettings settings;
  private final Mirror mirror;
  private final SpiLedger ledger;

  TaskFactory(Infrap4dSettings settings, Mirror mirror, SpiLedger ledger) {
    this.settings = settings;
    this.mirror = mirror;
    this.ledger = ledger;
  }

  /** A task, or the reason why there is none. */
  Result<Task> task(PlaneChange change, Generation generation) {
    if (change instanceof PlaneChange.AddSa add) {
      return add(add.sa(), add.keys(), generation);
    }
    if (change instanceof PlaneChange.RemoveSa remove) {
      return remove(remove.sa());
    }
    if (change instanceof PlaneChange.PutPolicy put) {
      return put(put);
    }
    if (change instanceof PlaneChange.RemovePolicy remove) {
      return removePolicy(remove.direction(), remove.selectors());
    }
    return refused("the E2100 cannot move an SA to other endpoints; rekey the child instead");
  }

  private Result<Task> add(SecurityAssociation sa, SaKeys keys, Generation generation) {
    Optional<String> cannot = incapable(sa, keys);
    if (cannot.isPresent()) {
      return refused(cannot.get());
    }
    SpiLease lease = sa.lease();
    if (!lease.generation().equals(generation)) {
      return Result.failed(
          Outcome.unavailable(
              "the SPI lease of "
                  + sa.id()
                  + " is of generation "
                  + lease.generation()
                  + ", the device is in "
                  + generation
                  + "; negotiate anew"));
    }
    boolean inbound = sa.id().direction() == Direction.INBOUND;
    if (!ledger.leased(lease.index()).equals(Optional.of(lease))
        || sa.id().index() != lease.index()
        || inbound && !sa.id().spi().equals(lease.spi())) {
      return refused(sa.id() + " does not go with its lease; SPI and index come from allocateSpi");
    }
    SaRef ref = new SaRef(lease.index(), sa.id().direction());
    if (mirror.sa(ref).isPresent()) {
      return Result.failed(
          Outcome.conflict(ref + " is on the device already; a key is never installed twice"));
    }
    return Result.ok(
        new AddSaTask(
            mirror,
            new SaEntry(
                ref,
                sa.id(),
                sa.mode(),
                (Inet4Address) sa.endpoints().local(),
                (Inet4Address) sa.endpoints().remote(),
                SaEntry.State.INSTALLED),
            new SaInsert(
                ref,
                sa.id().spi().value(),
                sa.esn(),
                sa.replayWindow(),
                sa.mode(),
                sa.encryption(),
                sa.lifetime().soft().bytes(),
                sa.lifetime().hard().bytes(),
                keys.encryption())));
  }

  private Optional<String> incapable(SecurityAssociation sa, SaKeys keys) {
    if (!ALGORITHMS.contains(sa.encryption())) {
      return Optional.of(
          "the E2100 has no "
              + sa.encryption().modelName()
              + "; use aes128-gcm or aes256-gcm in the child policy");
    }
    Endpoints endpoints = sa.endpoints();
    if (endpoints.udp().isPresent()) {
      return Optional.of(
          "the E2100 cannot put ESP into UDP, and there is a NAT between "
              + endpoints.local().getHostAddress()
              + " and "
              + endpoints.remote().getHostAddress());
    }
    if (!(endpoints.local() instanceof Inet4Address)
        || !(endpoints.remote() instanceof Inet4Address)) {
      return Optional.of("the E2100 has IPv4 tunnel endpoints only, not " + endpoints);
    }
    if (sa.replayWindow() < 0 || sa.replayWindow() > settings.maxReplayWindow()) {
      return Optional.of(
          "replay window " + sa.replayWindow() + " is not in 0.." + settings.maxReplayWindow());
    }
    if (keys.encryption().length() != sa.encryption().keyMaterialOctets()
        || keys.integrity().length() != 0) {
      return Optional.of(
          sa.encryption().modelName()
              + " takes "
              + sa.encryption().keyMaterialOctets()
              + " octets of key and salt and no integrity key; there are "
              + keys.encryption().length()
              + " and "
              + keys.integrity().length());
    }
    if (endpoints.none()) {
      // Nothing follows from its selectors: whoever wrote it leads the packets.
      return Optional.empty();
    }
    for (SelectorPair pair : sa.selectors()) {
      Result<Selectors> place = Selectors.of(pair);
      if (!place.done()) {
        return Optional.of(place.outcome().reason());
      }
      Optional<String> ike = catchesIke(place.value().orElseThrow(), endpoints);
      if (ike.isPresent()) {
        return ike;
      }
    }
    return Optional.empty();
  }

  /** IKE to the peer is UDP and no port can be told apart: the row would encrypt IKE as well. */
  private Optional<String> catchesIke(Selectors place, Endpoints endpoints) {
    return !settings.ikeElsewhere()
            && place.protocol() == Selectors.UDP
            && place.destination().equals(endpoints.remote())
        ? Optional.of(
            "a policy for UDP to the peer "
                + endpoints.remote().getHostAddress()
                + " itself would catch IKE; leave protocol 17 out, or set ike-elsewhere when IKE"
                + " does not pass through this device")
        : Optional.empty();
  }

  private Result<Task> remove(SaId sa) {
    if (sa.index() <= 0 || sa.index() >= 1L << SaRef.INDEX_BITS) {
      return Result.failed(Outcome.absent(sa + " has an index that the E2100 never gives"));
    }
    SaRef ref = new SaRef(sa.index(), sa.direction());
    Optional<SaEntry> known = mirror.sa(ref);
    if (known.isPresent() && known.get().state() == SaEntry.State.LATE) {
      return Result.failed(Outcome.absent(ref + " was not there; it is looked for once more"));
    }
    if (known.isPresent()) {
      return known.get().id().spi().equals(sa.spi())
          ? Result.ok(new RemoveSaTask(mirror, known.get(), settings.quirks()))
          : Result.failed(Outcome.absent(ref + " belongs to another SA now"));
    }
    if (mirror.indexInUse(sa.index()) || ledger.known(sa.index())) {
      return Result.failed(Outcome.absent(ref + " is not installed"));
    }
    return Result.ok(new RemoveSaTask(mirror, ref));
  }

  private Result<Task> put(PlaneChange.PutPolicy put) {
    Result<Selectors> place = Selectors.of(put.selectors());
    if (!place.done()) {
      return Result.failed(place.outcome());
    }
    PolicyAction action = put.action();
    if (action instanceof PolicyAction.Trap) {
      return refused("the E2100 cannot tell that a packet waits; use start-action start");
    }
    if (put.direction() == Direction.INBOUND) {
      return action instanceof PolicyAction.Discard
          ? refused("the E2100 has no inbound policies, so it cannot discard " + put.selectors())
          : nothing();
    }
    PlaceRows rows = rows(place.value().orElseThrow());
    if (action instanceof PolicyAction.Protect protect) {
      return protect(protect, place.value().orElseThrow(), rows);
    }
    return Result.ok(
        action instanceof PolicyAction.Bypass
            ? PutPolicyTask.bypass(mirror, rows)
            : PutPolicyTask.hold(mirror, rows));
  }

  private Result<Task> protect(PolicyAction.Protect protect, Selectors place, PlaceRows rows) {
    SaId sa = protect.sa();
    Optional<SaEntry> entry =
        sa.direction() != Direction.OUTBOUND || sa.index() <= 0
            ? Optional.empty()
            : mirror
                .sa(new SaRef(sa.index(), Direction.OUTBOUND))
                .filter(e -> e.state() == SaEntry.State.INSTALLED)
                .filter(e -> e.id().spi().equals(sa.spi()));
    if (entry.isEmpty()) {
      return Result.failed(
          Outcome.conflict(
              "policy to " + place + " names " + sa + ", which is not installed on the device"));
    }
    Optional<String> ike = catchesIke(place, protect.endpoints());
    if (ike.isPresent()) {
      return refused(ike.get());
    }
    if (!entry.get().remote().equals(protect.endpoints().remote())
        || entry.get().mode() != protect.mode()) {
      return refused("policy to " + place + " has another mode or peer than its SA " + sa);
    }
    return Result.ok(PutPolicyTask.protect(mirror, rows, entry.get()));
  }

  private Result<Task> removePolicy(Direction direction, SelectorPair selectors) {
    Result<Selectors> place = Selectors.of(selectors);
    if (!place.done()) {
      return Result.failed(Outcome.absent(place.outcome().reason()));
    }
    if (direction == Direction.INBOUND) {
      return nothing();
    }
    return Result.ok(PutPolicyTask.remove(mirror, rows(place.value().orElseThrow())));
  }

  private PlaceRows rows(Selectors place) {
    PlaceRows rows = new PlaceRows(mirror, place, settings.quirks());
    return settings.claims() ? rows.adopt() : rows;
  }

  /** The device checks nothing after decryption, so an inbound policy needs no row. */
  private Result<Task> nothing() {
    return Result.ok(PutPolicyTask.nothing(mirror));
  }

  private static Result<Task> refused(String reason) {
    return Result.failed(Outcome.refused(reason));
  }
}
