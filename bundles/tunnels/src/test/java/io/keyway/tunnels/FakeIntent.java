package io.keyway.tunnels;

import io.keyway.api.Outcome;
import io.keyway.api.Registration;
import io.keyway.api.crypto.EncryptionAlgorithm;
import io.keyway.api.crypto.EspProposal;
import io.keyway.api.crypto.IkeProposal;
import io.keyway.api.crypto.IntegrityAlgorithm;
import io.keyway.api.crypto.KeyExchangeMethod;
import io.keyway.api.crypto.PrfAlgorithm;
import io.keyway.api.ike.Authentication;
import io.keyway.api.intent.IntentChange;
import io.keyway.api.intent.IntentObject.ChildPolicy;
import io.keyway.api.intent.IntentObject.Gateway;
import io.keyway.api.intent.IntentObject.IkePolicy;
import io.keyway.api.intent.IntentObject.PlaneConfig;
import io.keyway.api.intent.IntentObject.StartAction;
import io.keyway.api.intent.IntentObject.StaticPolicy;
import io.keyway.api.intent.IntentObject.Tunnel;
import io.keyway.api.intent.IntentObject.WhenDisabled;
import io.keyway.api.intent.IntentSnapshot;
import io.keyway.api.intent.IntentStore;
import io.keyway.api.sa.Direction;
import io.keyway.api.sa.IpsecMode;
import io.keyway.api.sa.Lifetime;
import io.keyway.api.ts.SelectorTemplate;
import io.keyway.api.ts.TrafficSelector;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.CompletionStage;
import java.util.function.Consumer;

/** A configuration of one gateway on ipu-1, with tunnels that the test adds. */
final class FakeIntent implements IntentStore {

  final Map<String, Tunnel> tunnels = new TreeMap<>();
  final Map<String, StaticPolicy> policies = new TreeMap<>();
  final Map<String, ChildPolicy> childPolicies = new TreeMap<>();
  Optional<InetAddress> remote = Optional.of(address("192.0.2.2"));
  private IntentSnapshot last = IntentSnapshot.EMPTY;
  private Consumer<IntentSnapshot> listener = snapshot -> {};

  FakeIntent() {
    childPolicies.put("udp", policy("udp", EncryptionAlgorithm.AES_GCM_16_256, List.of(17)));
  }

  static ChildPolicy policy(String name, EncryptionAlgorithm algorithm, List<Integer> protocols) {
    return new ChildPolicy(
        name,
        IpsecMode.TUNNEL,
        List.of(
            new EspProposal(
                "1",
                algorithm,
                algorithm.aead() ? IntegrityAlgorithm.NONE : IntegrityAlgorithm.HMAC_SHA2_256_128,
                Optional.empty(),
                false)),
        List.of(),
        List.of(),
        protocols,
        Lifetime.UNLIMITED,
        64,
        StartAction.START);
  }

  /** The same, started in another way. */
  static ChildPolicy starting(ChildPolicy like, StartAction start) {
    return new ChildPolicy(
        like.name(),
        like.mode(),
        like.proposals(),
        like.localTs(),
        like.remoteTs(),
        like.protocols(),
        like.lifetime(),
        like.replayWindow(),
        start);
  }

  static Tunnel tunnel(String name, String policy, String remotePrefix) {
    return tunnel(name, policy, remotePrefix, true, WhenDisabled.HOLD);
  }

  static Tunnel tunnel(
      String name, String policy, String remote, boolean enable, WhenDisabled whenDisabled) {
    String[] parts = remote.split("/");
    return new Tunnel(
        name,
        "gw",
        policy,
        enable,
        List.of(SelectorTemplate.of(TrafficSelector.host(address("10.1.0.1")))),
        List.of(
            SelectorTemplate.of(
                TrafficSelector.prefix(address(parts[0]), Integer.parseInt(parts[1])))),
        whenDisabled);
  }

  /** A policy for UDP to one host. */
  static StaticPolicy staticPolicy(
      String name, Direction direction, String remotePrefix, String action) {
    String[] parts = remotePrefix.split("/");
    return new StaticPolicy(
        name,
        Optional.empty(),
        direction,
        SelectorTemplate.of(TrafficSelector.host(address("10.1.0.1"))).withProtocol(17),
        SelectorTemplate.of(TrafficSelector.prefix(address(parts[0]), Integer.parseInt(parts[1])))
            .withProtocol(17),
        0,
        action);
  }

  static InetAddress address(String text) {
    try {
      return InetAddress.getByName(text);
    } catch (UnknownHostException e) {
      throw new IllegalArgumentException(text, e);
    }
  }

  void tell() {
    listener.accept(snapshot());
  }

  void set(Tunnel... now) {
    tunnels.clear();
    for (Tunnel tunnel : now) {
      tunnels.put(tunnel.name(), tunnel);
    }
    listener.accept(snapshot());
  }

  @Override
  public IntentSnapshot snapshot() {
    Authentication psk =
        new Authentication(
            Authentication.Method.PRE_SHARED_KEY, Optional.empty(), Optional.empty(), "psk");
    IkePolicy ike =
        new IkePolicy(
            "ike",
            List.of(
                new IkeProposal(
                    "1",
                    EncryptionAlgorithm.AES_GCM_16_256,
                    IntegrityAlgorithm.NONE,
                    PrfAlgorithm.PRF_HMAC_SHA2_384,
                    KeyExchangeMethod.ECP_384)),
            0,
            0,
            0,
            false,
            false,
            false,
            Optional.of(psk));
    Gateway gateway =
        new Gateway(
            "gw",
            "ike",
            address("192.0.2.1"),
            remote,
            500,
            500,
            Optional.of("ipu-1"),
            Optional.empty());
    IntentSnapshot before = last;
    last =
        withDelta(
            before,
            new IntentSnapshot(
                before.version() + 1,
                Map.of("ike", ike),
                childPolicies,
                Map.of("gw", gateway),
                tunnels,
                policies,
                Map.of("ipu-1", new PlaneConfig("ipu-1", "infrap4d", Map.of())),
                Map.of()));
    return last;
  }

  /** Only tunnels and policies change here. */
  private static IntentSnapshot withDelta(IntentSnapshot before, IntentSnapshot now) {
    if (before == IntentSnapshot.EMPTY) {
      return now;
    }
    Map<String, Set<String>> changed = new TreeMap<>();
    different("tunnels/tunnel", before.tunnels(), now.tunnels(), changed);
    different("child-policies/child-policy", before.childPolicies(), now.childPolicies(), changed);
    different("policies/policy", before.policies(), now.policies(), changed);
    return new IntentSnapshot(
        now.version(),
        now.ikePolicies(),
        now.childPolicies(),
        now.gateways(),
        now.tunnels(),
        now.policies(),
        now.dataPlanes(),
        Map.of(),
        now.problems(),
        Optional.of(new IntentSnapshot.Delta(before, changed)));
  }

  private static void different(
      String list, Map<String, ?> before, Map<String, ?> now, Map<String, Set<String>> changed) {
    Set<String> names = new TreeSet<>(before.keySet());
    names.addAll(now.keySet());
    names.removeIf(name -> Objects.equals(before.get(name), now.get(name)));
    if (!names.isEmpty()) {
      changed.put(list, names);
    }
  }

  @Override
  public CompletionStage<List<Outcome>> submit(
      List<IntentChange> changes, boolean allOrNothing, Duration timeout) {
    throw new UnsupportedOperationException();
  }

  @Override
  public Registration subscribe(Consumer<IntentSnapshot> newListener) {
    listener = newListener;
    newListener.accept(snapshot());
    return () -> listener = snapshot -> {};
  }
}
