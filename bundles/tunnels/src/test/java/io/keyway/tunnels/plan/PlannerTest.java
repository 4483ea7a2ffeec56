package io.keyway.tunnels.plan;

import static org.assertj.core.api.Assertions.assertThat;

import io.keyway.api.Result;
import io.keyway.api.crypto.EncryptionAlgorithm;
import io.keyway.api.crypto.EspProposal;
import io.keyway.api.crypto.IntegrityAlgorithm;
import io.keyway.api.ike.AddressPool;
import io.keyway.api.ike.PeerRanges;
import io.keyway.api.intent.IntentObject.ChildPolicy;
import io.keyway.api.intent.IntentObject.Gateway;
import io.keyway.api.intent.IntentObject.StartAction;
import io.keyway.api.intent.IntentObject.Tunnel;
import io.keyway.api.intent.IntentObject.WhenDisabled;
import io.keyway.api.plane.PlaneCapabilities;
import io.keyway.api.plane.PlaneCapabilities.SelectorShape;
import io.keyway.api.plane.PlaneModel;
import io.keyway.api.sa.Direction;
import io.keyway.api.sa.IpsecMode;
import io.keyway.api.sa.Lifetime;
import io.keyway.api.sa.Lifetime.Limit;
import io.keyway.api.ts.SelectorPair;
import io.keyway.api.ts.SelectorTemplate;
import io.keyway.api.ts.TrafficSelector;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** What a data plane cannot represent exactly is refused by name, each thing for itself. */
class PlannerTest {

  private static final Limit NONE = new Limit(0, 0, 0);

  private IpsecMode mode = IpsecMode.TUNNEL;
  private Lifetime lifetime = Lifetime.UNLIMITED;
  private boolean esn;
  private int window = 64;
  private StartAction start = StartAction.START;
  private String local = "192.0.2.1";
  private Optional<String> remote = Optional.of("192.0.2.2");
  private SelectorShape shape = SelectorShape.FIVE_TUPLE;
  private List<AddressPool> pools = List.of();
  private List<InetAddress> virtual = List.of();
  private List<SelectorTemplate> remoteTs =
      List.of(SelectorTemplate.of(TrafficSelector.host(address("10.2.0.1"))));

  private Set<IpsecMode> modes = Set.of(IpsecMode.TUNNEL, IpsecMode.TRANSPORT);
  private boolean planeEsn = true;
  private boolean byteLimits;
  private boolean packetLimits;
  private boolean counters;
  private boolean ipv6;
  private boolean ikeBypassed = true;

  private static AddressPool pool(String... ranges) {
    return new AddressPool(
        "sites",
        java.util.Arrays.stream(ranges).map(AddressPool::parseRange).toList(),
        List.of(),
        List.of(),
        AddressPool.DEFAULT_RESERVE);
  }

  private static InetAddress address(String text) {
    try {
      return InetAddress.getByName(text);
    } catch (UnknownHostException e) {
      throw new IllegalArgumentException(text, e);
    }
  }

  private final class Plane implements PlaneModel {
    @Override
    public String name() {
      return "p";
    }

    @Override
    public PlaneCapabilities capabilities() {
      return new PlaneCapabilities(
          Set.of(EncryptionAlgorithm.AES_GCM_16_256),
          Set.of(IntegrityAlgorithm.NONE),
          shape,
          modes,
          planeEsn,
          2048,
          false,
          ipv6,
          false,
          true,
          true,
          false,
          false,
          false,
          byteLimits,
          packetLimits,
          false,
          counters,
          false,
          false,
          ikeBypassed);
    }

    @Override
    public Result<String> place(Direction direction, SelectorPair selectors) {
      return Result.ok(selectors.toString());
    }
  }

  private List<InetAddress> additional = List.of();
  private List<TrafficSelector> ranges = List.of();

  @Test
  void selectorsThatCatchIkeWithPeersOfARangeAreRefused() {
    counters = true;
    remote = Optional.empty();
    remoteTs = List.of(SelectorTemplate.of(TrafficSelector.host(address("10.2.0.1"))));
    shape = SelectorShape.DESTINATION_HOST_AND_PROTOCOL;
    ikeBypassed = false;
    ranges = List.of(PeerRanges.parse("10.0.0.0/8"));
    assertThat(plan().verdict()).isEqualTo(TunnelPlan.Verdict.INVALID);
    assertThat(plan().reason())
        .contains("would catch our own IKE to peers from remote-range")
        .contains("leave UDP");

    ranges = List.of(PeerRanges.parse("198.51.100.0/24"));
    isCarried();
  }

  private TunnelPlan plan() {
    ChildPolicy policy =
        new ChildPolicy(
            "child",
            mode,
            List.of(
                new EspProposal(
                    "1",
                    EncryptionAlgorithm.AES_GCM_16_256,
                    IntegrityAlgorithm.NONE,
                    Optional.empty(),
                    esn)),
            List.of(),
            List.of(),
            List.of(17),
            lifetime,
            window,
            start);
    Gateway gateway =
        new Gateway(
            "gw",
            "ike",
            address(local),
            remote.map(PlannerTest::address),
            500,
            500,
            Optional.of("p"),
            Optional.empty(),
            additional,
            List.of(),
            List.of(),
            virtual,
            Optional.empty(),
            ranges);
    Tunnel tunnel = new Tunnel("t", "gw", "child", true, List.of(), remoteTs, WhenDisabled.HOLD);
    return Planner.plan(tunnel, gateway, pools, policy, new Plane());
  }

  @Test
  void anotherAddressOfOursMustBeOneThatThePlaneHasTunnelsFor() {
    counters = true;
    additional = List.of(address("198.51.100.1"), address("2001:db8::1"));
    ipv6 = false;
    isRefused("data plane p", "2001:db8:0:0:0:0:0:1", "additional-local-address");

    ipv6 = true;
    isCarried();
  }

  private void isRefused(String... words) {
    assertThat(plan().verdict()).isEqualTo(TunnelPlan.Verdict.INVALID);
    assertThat(plan().reason()).contains(words);
    assertThat(plan().children()).as("nothing is negotiated").isEmpty();
  }

  private void isCarried() {
    assertThat(plan().reason()).doesNotContain("data plane p");
    assertThat(plan().verdict()).isEqualTo(TunnelPlan.Verdict.READY);
  }

  @Test
  void everyAddressOfAPoolIsHeldWhereHostsAreMatched() {
    counters = true;
    remote = Optional.empty();
    remoteTs = List.of(SelectorTemplate.dynamic());
    isRefused("neither a remote-address nor a pool");
    pools = List.of(pool("10.3.0.0/29"));
    isCarried();
    assertThat(plan().holds())
        .extracting(p -> p.remote().toString())
        .containsExactly("10.3.0.1..10.3.0.6[17]");
    shape = SelectorShape.DESTINATION_HOST_AND_PROTOCOL;
    isCarried();
    assertThat(plan().holds())
        .extracting(p -> p.remote().toString())
        .containsExactly(
            "10.3.0.1/32[17]",
            "10.3.0.2/32[17]",
            "10.3.0.3/32[17]",
            "10.3.0.4/32[17]",
            "10.3.0.5/32[17]",
            "10.3.0.6/32[17]");
  }

  @Test
  void trafficIsHeldWhateverAddressWeShallGet() {
    counters = true;
    virtual = List.of(address("0.0.0.0"));
    isCarried();
    assertThat(plan().holds())
        .extracting(Object::toString)
        .containsExactly("0.0.0.0/0[17] === 10.2.0.1/32[17]");
  }

  @Test
  void aSelectorThatNothingCanMatchIsRefused() {
    counters = true;
    virtual = List.of(address("::"));
    isRefused("what to protect is not known");
    virtual = List.of(address("0.0.0.0"));
    remoteTs =
        List.of(
            SelectorTemplate.of(TrafficSelector.host(address("10.2.0.1"))),
            SelectorTemplate.of(TrafficSelector.host(address("fd00::1"))));
    isRefused("has no selector of its family of addresses on the other side");
  }

  @Test
  void aModeThatThePlaneLacks() {
    counters = true;
    isCarried();
    modes = Set.of(IpsecMode.TRANSPORT);
    isRefused("data plane p cannot do mode TUNNEL");
  }

  @Test
  void esnWhereThereIsNone() {
    counters = true;
    planeEsn = false;
    isCarried();
    esn = true;
    isRefused("data plane p cannot carry any proposal", "without ESN");
  }

  @Test
  void aReplayWindowThatIsTooLarge() {
    counters = true;
    window = 2048;
    isCarried();
    window = 2049;
    isRefused("replay windows up to 2048 packets", "lower replay-window");
  }

  @Test
  void waitingForTrafficThatNobodyTellsOf() {
    counters = true;
    start = StartAction.TRAP;
    isRefused("cannot tell that traffic waits", "start-action start or none");
  }

  @Test
  void ipv6TunnelsWhereThereAreNone() {
    counters = true;
    local = "2001:db8::1";
    remote = Optional.of("2001:db8::2");
    isRefused("no IPv6 tunnels");
  }

  @Test
  void whatToProtectIsNotKnown() {
    counters = true;
    remote = Optional.empty();
    remoteTs = List.of(SelectorTemplate.dynamic());
    isRefused("what to protect is not known", "name the prefixes");
  }

  @Test
  void aVolumeThatNobodyWouldNotice() {
    esn = true;
    isCarried();
    lifetime = new Lifetime(new Limit(0, 1 << 30, 0), NONE);
    isRefused("nobody would notice rekey-bytes", "use rekey-time");
    byteLimits = true;
    isCarried();
    byteLimits = false;
    counters = true;
    isCarried();
  }

  @Test
  void packetsThatNobodyWouldNotice() {
    esn = true;
    lifetime = new Lifetime(NONE, new Limit(0, 0, 1000));
    isRefused("nobody would notice rekey-packets", "use rekey-time");
    packetLimits = true;
    isCarried();
    packetLimits = false;
    counters = true;
    isCarried();
  }

  @Test
  void sequenceNumbersWhoseEndNobodyWouldNotice() {
    lifetime = new Lifetime(new Limit(3600, 0, 0), new Limit(3700, 0, 0));
    isRefused("end of the sequence numbers", "esn only");
    counters = true;
    isCarried();
  }
}
