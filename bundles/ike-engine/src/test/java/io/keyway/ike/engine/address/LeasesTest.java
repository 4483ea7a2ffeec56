package io.keyway.ike.engine.address;

import static org.assertj.core.api.Assertions.assertThat;

import io.keyway.api.Outcome;
import io.keyway.api.Result;
import io.keyway.api.ike.AddressLease;
import io.keyway.api.ike.AddressPool;
import io.keyway.api.ike.Identity;
import io.keyway.ike.engine.lab.Config;
import io.keyway.ike.engine.lab.FakeStore;
import io.keyway.ike.engine.lab.VirtualTime;
import java.net.InetAddress;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** Who gets which address, and what a restart may not forget. */
class LeasesTest {
  private final VirtualTime time = new VirtualTime();
  private final FakeStore store = new FakeStore(time);
  private Leases leases = fresh();
  private AddressPool pool = Config.pool("p", "10.3.0.0/30");

  private Leases fresh() {
    Leases made = new Leases(time);
    made.useStore(store);
    return made;
  }

  private Result<InetAddress> ask(String who, String holder, String... wish) {
    return ask(true, who, holder, wish);
  }

  private Result<InetAddress> ask(boolean ipv4, String who, String holder, String... wish) {
    var stage =
        leases
            .acquire(
                List.of(pool),
                Identity.parse(who),
                ipv4,
                wish.length == 0 ? Optional.empty() : Optional.of(Config.address(wish[0])),
                holder)
            .toCompletableFuture();
    time.until(Duration.ofSeconds(1), stage::isDone);
    return stage.join();
  }

  private static String text(Result<InetAddress> result) {
    return result.value().map(InetAddress::getHostAddress).orElse(result.outcome().toString());
  }

  @Test
  void anIdentityFindsItsAddressAgain() {
    assertThat(text(ask("a", "1"))).isEqualTo("10.3.0.1");
    assertThat(text(ask("b", "2"))).isEqualTo("10.3.0.2");
    leases.release("1", true);
    assertThat(text(ask("a", "3"))).isEqualTo("10.3.0.1");
    // While authentication is repeated two IKE SAs of one peer hold it.
    assertThat(text(ask("a", "4"))).isEqualTo("10.3.0.1");
    leases.release("3", true);
    assertThat(leases.list()).extracting(AddressLease::online).containsExactly(true, true);
  }

  @Test
  void aWishIsGrantedUnlessSomebodyHasOrHadIt() {
    assertThat(text(ask("a", "1", "10.3.0.2"))).isEqualTo("10.3.0.2");
    assertThat(text(ask("b", "2", "10.3.0.2"))).isEqualTo("10.3.0.1");
    assertThat(text(ask("a", "3", "10.3.0.1"))).isEqualTo("10.3.0.2");
    pool = Config.pool("q", "10.4.0.0/30");
    assertThat(text(ask("c", "4", "10.9.9.9"))).isEqualTo("10.4.0.1");
  }

  @Test
  void theLongestAbsentGivesWayAndNobodyElse() {
    ask("a", "1");
    ask("b", "2");
    assertThat(ask("c", "3").outcome().kind()).isEqualTo(Outcome.Kind.FULL);
    assertThat(ask("c", "3").outcome().reason()).contains("'p'").contains("(2 IPv4 addresses)");
    leases.release("2", true);
    leases.release("1", true);
    assertThat(text(ask("c", "3"))).isEqualTo("10.3.0.2");
    assertThat(text(ask("a", "4"))).isEqualTo("10.3.0.1");
    assertThat(ask("b", "5").outcome().kind()).isEqualTo(Outcome.Kind.FULL);
  }

  @Test
  void anAddressOfOneWhoWentWithoutAWordIsReservedForAWhile() {
    ask("a", "1");
    ask("b", "2");
    leases.release("1", false);
    assertThat(ask("c", "3").done()).isFalse();
    assertThat(leases.list().get(0).reservedUntil()).contains(time.instant().plus(pool.reserve()));
    time.run(pool.reserve().plusSeconds(1));
    assertThat(text(ask("c", "3"))).isEqualTo("10.3.0.1");
  }

  @Test
  void aRestartGivesNoAddressTwice() {
    ask("a", "1");
    ask("b", "2");
    store.crash();
    leases = fresh();
    assertThat(ask("c", "3").outcome().kind()).isEqualTo(Outcome.Kind.FULL);
    assertThat(text(ask("b", "4"))).isEqualTo("10.3.0.2");
    time.run(pool.reserve().plusSeconds(1));
    // The one who never came again has lost it, the one who came has not.
    assertThat(text(ask("c", "5"))).isEqualTo("10.3.0.1");
    assertThat(leases.list()).extracting(AddressLease::identity).containsExactly("c", "b");
  }

  @Test
  void aRestartRemembersWhoIsAbsentToo() {
    ask("a", "1");
    ask("b", "2");
    leases.release("1", true);
    ask("b", "2b");
    store.crash();
    leases = fresh();
    assertThat(text(ask("a", "3"))).isEqualTo("10.3.0.1");
  }

  @Test
  void nothingIsGivenBeforeNotesWereReadOrWhenTheyCannotBeWritten() {
    leases = new Leases(time);
    assertThat(ask("a", "1").outcome().reason()).contains("waiting for service state");
    leases = fresh();
    store.setBroken(true);
    assertThat(ask("a", "1").outcome().reason()).contains("the disk is full");
    store.setBroken(false);
    assertThat(text(ask("b", "2"))).isEqualTo("10.3.0.2");
    assertThat(text(ask("a", "3"))).isEqualTo("10.3.0.1");
  }

  @Test
  void bothFamiliesComeFromOnePool() {
    pool = Config.pool("p", "10.3.0.0/30", "fd00:3::/64");
    assertThat(text(ask(true, "a", "1"))).isEqualTo("10.3.0.1");
    assertThat(text(ask(false, "a", "1"))).isEqualTo("fd00:3:0:0:0:0:0:1");
    assertThat(text(ask(false, "b", "2"))).isEqualTo("fd00:3:0:0:0:0:0:2");
    leases.release("1", true);
    assertThat(leases.list()).filteredOn(AddressLease::online).hasSize(1);
  }

  @Test
  void aPoolThatWasCutDownLetsGoOfWhatItLost() {
    ask("a", "1");
    ask("b", "2");
    pool = Config.pool("p", "10.3.0.1-10.3.0.1");
    assertThat(ask("b", "3").outcome().kind()).isEqualTo(Outcome.Kind.FULL);
    leases.release("2", true);
    assertThat(leases.list()).hasSize(1);
    leases.release("1", true);
    assertThat(text(ask("b", "4"))).isEqualTo("10.3.0.1");
  }

  @Test
  void anotherStoreIsToldEverything() {
    ask("a", "1");
    FakeStore other = new FakeStore(time);
    leases.forgetStore(store);
    leases.useStore(other);
    assertThat(other.keys(LeaseNotes.OWNER)).containsExactly("p/10.3.0.1");
  }

  @Test
  void everyAddressOfALargePoolIsGivenOnce() {
    pool = Config.pool("big", "10.8.0.0/22", "10.9.0.5-10.9.0.9");
    Set<String> given = new HashSet<>();
    for (int i = 0; i < 1022 + 5; i++) {
      assertThat(given.add(text(ask("id" + i, "h" + i)))).isTrue();
    }
    assertThat(ask("one more", "h").outcome().kind()).isEqualTo(Outcome.Kind.FULL);
    assertThat(given).contains("10.8.0.1", "10.8.3.254", "10.9.0.9").doesNotContain("10.8.0.0");
  }

  @Test
  void whatCannotBeReadIsForgotten() {
    store.put(
        new io.keyway.api.store.StateStore.StateRecord(
            LeaseNotes.OWNER, "p/10.3.0.1", 1, new byte[] {1, 2, 3}));
    leases = fresh();
    assertThat(text(ask("a", "1"))).isEqualTo("10.3.0.1");
  }
}
