package io.keyway.ike.engine;

import static org.assertj.core.api.Assertions.assertThat;

import io.keyway.api.ike.AddressLease;
import io.keyway.api.ike.AddressPool;
import io.keyway.api.ike.ChildResult;
import io.keyway.api.ike.EngineEvent;
import io.keyway.api.ike.IkeEngine.Selection;
import io.keyway.ike.engine.lab.Config;
import io.keyway.ike.engine.lab.Lab;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Addresses from a pool, with IKE_AUTH (RFC 7296 section 2.19), seen from both ends. */
class VirtualAddressTest {
  private static final AddressPool POOL = Config.pool("sites", "10.3.0.0/29", "fd00:3::/120");

  private static Config client(String... wishes) {
    return Config.left().request(wishes).child("net", "dynamic", "10.2.0.0/16,fd00:2::/48");
  }

  private static Config server(AddressPool... pools) {
    return Config.right().pools(pools).child("net", "10.2.0.0/16,fd00:2::/48", "dynamic");
  }

  private static Lab lab(Config left, Config right) {
    Lab lab = new Lab();
    lab.load(left, right);
    return lab;
  }

  private static List<String> selectors(Lab lab) {
    return lab.left.children().stream()
        .flatMap(c -> c.selectors().stream())
        .map(pair -> pair.local() + " === " + pair.remote())
        .toList();
  }

  @Test
  void theChildHasTheAddressThatThePeerGave() {
    Lab lab = lab(client("0.0.0.0"), server(POOL)).up();

    assertThat(selectors(lab)).containsExactly("10.3.0.1/32 === 10.2.0.0/16");
    assertThat(lab.left.onlySa().addresses().local()).containsExactly(Config.address("10.3.0.1"));
    assertThat(lab.left.onlySa().addresses().dns()).containsExactly(Config.address("192.0.2.53"));
    assertThat(lab.left.onlySa().addresses().subnets())
        .containsExactly(AddressPool.parsePrefix("10.2.0.0/16"));
    assertThat(lab.right.onlySa().addresses().remote()).containsExactly(Config.address("10.3.0.1"));
    assertThat(lab.right.children().get(0).selectors().get(0).remote()).hasToString("10.3.0.1/32");
    assertThat(lab.right.count("ike-addresses-assigned")).isOne();
    assertThat(lab.left.count("ike-addresses-received")).isOne();
    lab.assertOnePair("net");
  }

  @Test
  void oneAddressOfEachFamilyMakesPairsOfEach() {
    Lab lab = lab(client("0.0.0.0", "::"), server(POOL)).up();

    assertThat(selectors(lab))
        .containsExactlyInAnyOrder(
            "10.3.0.1/32 === 10.2.0.0/16", "fd00:3:0:0:0:0:0:1/128 === fd00:2:0:0:0:0:0:0/48");
  }

  @Test
  void aFamilyThatThePoolLacksIsLeftOut() {
    Lab lab = lab(client("0.0.0.0", "::"), server(Config.pool("v6", "fd00:3::/120"))).up();

    assertThat(selectors(lab)).containsExactly("fd00:3:0:0:0:0:0:1/128 === fd00:2:0:0:0:0:0:0/48");
  }

  @Test
  void aWishIsGranted() {
    Lab lab = lab(client("10.3.0.5"), server(POOL)).up();

    assertThat(selectors(lab)).containsExactly("10.3.0.5/32 === 10.2.0.0/16");
  }

  @Test
  void rekeysAndMoreChildrenKeepTheAddress() {
    Lab lab =
        lab(
            client("0.0.0.0").child("more", "dynamic[17]", "10.9.0.0/16"),
            server(POOL).child("more", "10.9.0.0/16", "dynamic[17]"));
    lab.up();
    assertThat(lab.left.initiate("to-right", "more").outcome().reason()).isEmpty();
    for (int i = 0; i < 2; i++) {
      lab.left.get(
          lab.left.engine.rekey(
              new Selection.IkeUid(lab.left.onlySa().uid()), Duration.ofSeconds(10)));
      lab.time.run(Duration.ofSeconds(40));
      lab.right.get(
          lab.right.engine.rekey(
              new Selection.IkeUid(lab.right.onlySa().uid()), Duration.ofSeconds(10)));
      lab.time.run(Duration.ofSeconds(40));
      lab.right.get(
          lab.right.engine.rekey(new Selection.Child("to-left", "net"), Duration.ofSeconds(10)));
      lab.left.get(
          lab.left.engine.rekey(new Selection.Child("to-right", "more"), Duration.ofSeconds(10)));
      lab.time.run(Duration.ofSeconds(40));
    }

    assertThat(selectors(lab))
        .containsExactlyInAnyOrder(
            "10.3.0.1/32 === 10.2.0.0/16", "10.3.0.1/32[17] === 10.9.0.0/16[17]");
    assertThat(lab.right.engine.leases()).hasSize(1).allMatch(AddressLease::online);
  }

  @Test
  void authenticationIsRepeatedWithTheSameAddressAndNothingLost() {
    Lab lab =
        lab(
                client("0.0.0.0").reauth(Duration.ofMinutes(10)).dpd(Duration.ofSeconds(30)),
                server(POOL))
            .up();
    String first = lab.left.onlySa().uid();
    lab.traffic("net");
    lab.time.run(Duration.ofMinutes(25));

    assertThat(lab.left.onlySa().uid()).isNotEqualTo(first);
    assertThat(selectors(lab)).containsExactly("10.3.0.1/32 === 10.2.0.0/16");
    assertThat(lab.right.engine.leases()).hasSize(1).allMatch(AddressLease::online);
    assertThat(lab.packets).isGreaterThan(100_000);
    assertThat(lab.lost + lab.held).isZero();
  }

  @Test
  void theAddressIsFreeOnceThePeerSaidGoodbyeAndItsAgainWhenItComesBack() {
    Lab lab = lab(client("0.0.0.0"), server(POOL)).up();
    lab.left.get(
        lab.left.engine.terminate(new Selection.Connection("to-right"), Duration.ofSeconds(10)));
    lab.time.run(Duration.ofSeconds(1));
    AddressLease lease = lab.right.engine.leases().get(0);
    assertThat(lease.online()).isFalse();
    assertThat(lease.reservedUntil()).isEmpty();
    lab.up();
    assertThat(selectors(lab)).containsExactly("10.3.0.1/32 === 10.2.0.0/16");
  }

  @Test
  void aPeerThatVanishedKeepsItsAddressForAWhile() {
    Lab lab = lab(client("0.0.0.0"), server(POOL).dpd(Duration.ofSeconds(20))).up();
    lab.net.dead();
    lab.time.run(Duration.ofMinutes(5));
    assertThat(lab.right.engine.snapshot()).isEmpty();
    assertThat(lab.right.engine.leases().get(0).reservedUntil()).isPresent();
  }

  @Test
  void afterARestartOfTheGiverThePeerFindsItsAddressAgain() {
    Lab lab = lab(client("0.0.0.0"), server(Config.pool("one", "10.3.0.1-10.3.0.1"))).up();
    lab.right = lab.right.reborn();
    lab.right.load(server(Config.pool("one", "10.3.0.1-10.3.0.1")).build());
    assertThat(lab.right.engine.leases())
        .singleElement()
        .matches(lease -> !lease.online() && lease.identity().equals("192.0.2.1"));
    lab.left = lab.left.reborn();
    lab.left.load(client("0.0.0.0").build());
    lab.up();
    assertThat(selectors(lab)).containsExactly("10.3.0.1/32 === 10.2.0.0/16");
  }

  @Test
  void anExhaustedPoolIsToldOnBothSides() {
    Lab lab = lab(client("0.0.0.0"), server(Config.pool("none", "10.3.0.1-10.3.0.1")));
    lab.right.load(
        Config.right()
            .named("other")
            .at("192.0.2.2", "192.0.2.77")
            .pools(Config.pool("none", "10.3.0.1-10.3.0.1"))
            .child("o", "10.2.0.0/16", "dynamic")
            .build());
    var other =
        new io.keyway.ike.engine.lab.Gateway(
            lab.time, lab.net, io.keyway.ike.engine.base.EngineSettings.defaults(), 0x7000);
    other.load(
        Config.left()
            .named("x")
            .at("192.0.2.77", "192.0.2.2")
            .request("0.0.0.0")
            .child("o", "dynamic", "10.2.0.0/16")
            .build());
    assertThat(other.initiate("x", "o").outcome().done()).isTrue();

    ChildResult result = lab.left.initiate("to-right", "net");

    assertThat(result.outcome().reason())
        .contains("has no address for us (INTERNAL_ADDRESS_FAILURE)");
    lab.time.run(Duration.ofSeconds(5));
    assertThat(lab.right.events(EngineEvent.ChildDown.class))
        .anyMatch(e -> e.childName().equals("net") && e.reason().contains("pool 'none'"));
    assertThat(lab.right.count("failure-internal-address-failure")).isOne();
    assertThat(lab.right.count("ike-addresses-refused")).isOne();
    // It is no use without an address, and tried anew by whoever wants the child.
    assertThat(lab.left.engine.snapshot()).isEmpty();
    assertThat(lab.right.engine.snapshot()).hasSize(1);
  }

  @Test
  void aPeerThatAsksForNothingIsToldThatItMust() {
    Lab lab = lab(Config.left().child("net", "10.3.0.0/24", "10.2.0.0/16"), server(POOL));

    ChildResult result = lab.left.initiate("to-right", "net");

    assertThat(result.outcome().reason())
        .contains("FAILED_CP_REQUIRED")
        .contains("virtual-address of gateway 'to-right'");
    assertThat(lab.right.count("failure-failed-cp-required")).isOne();
    assertThat(lab.right.events(EngineEvent.ChildDown.class).get(0).reason())
        .contains("it has not asked for one");
  }

  @Test
  void aPeerThatGivesNoAddressIsNotTakenAtItsWord() {
    Lab lab = lab(client("0.0.0.0"), Config.right().child("net", "10.2.0.0/16", "0.0.0.0/0"));

    ChildResult result = lab.left.initiate("to-right", "net");

    assertThat(result.outcome().reason()).contains("gave us no address");
    lab.time.run(Duration.ofSeconds(60));
    lab.assertNothingLeft();
    assertThat(lab.left.engine.snapshot()).isEmpty();
  }

  @Test
  void anotherPoolEndsWhatHasAnAddressOfTheOldOneOnly() {
    Lab lab = lab(client("0.0.0.0"), server(POOL)).up();
    lab.right.load(server(Config.pool("sites", "10.3.0.0/28", "fd00:3::/120")).build());
    lab.time.run(Duration.ofSeconds(2));
    assertThat(lab.right.engine.snapshot()).hasSize(1);

    lab.right.load(server(Config.pool("sites", "10.4.0.0/28")).build());
    lab.time.run(Duration.ofSeconds(2));
    assertThat(lab.right.engine.snapshot()).isEmpty();
    lab.up();
    assertThat(selectors(lab)).containsExactly("10.4.0.1/32 === 10.2.0.0/16");
  }
}
