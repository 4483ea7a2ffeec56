package io.keyway.northbound.rpc;

import static org.assertj.core.api.Assertions.assertThat;

import io.keyway.api.Outcome;
import io.keyway.api.intent.IntentChange;
import io.keyway.api.intent.IntentStore;
import io.keyway.northbound.Fakes;
import io.keyway.northbound.Odl;
import io.keyway.northbound.Services;
import io.keyway.northbound.odl.EntryCodec;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class LoadOperationTest {

  private static final String TUNNEL =
      "{\"keyway-ipsec:tunnel\":[{\"name\":\"%s\",\"gateway\":\"g\",\"child-policy\":\"c\"}]}";

  private final Services services = new Services();
  private final EntryCodec codec = new EntryCodec(Odl.MODEL);
  private final LoadOperation load = new LoadOperation(services, codec::decode);
  private final List<IntentChange> submitted = new ArrayList<>();

  @Test
  void withoutAStoreEveryItemSaysSo() throws Exception {
    assertThat(load(false, put(1, "tunnels/tunnel=t", TUNNEL.formatted("t"))))
        .extracting(a -> a.outcome().kind())
        .containsExactly(Outcome.Kind.UNAVAILABLE);
  }

  @Test
  void oneBadItemIsOneBadResult() throws Exception {
    store();
    List<LoadOperation.Answer> answers =
        load(
            false,
            put(10, "tunnels/tunnel=t", TUNNEL.formatted("t")),
            put(11, "tunnels/tunnel=u", "{\"tunnel\":[{\"name\":\"u\",\"gatway\":\"g\"}]}"),
            put(12, "tunnel=v", TUNNEL.formatted("v")),
            put(13, "tunnels/tunnel=bad", TUNNEL.formatted("bad")),
            put(
                14,
                "gateways/gateway=g",
                "{\"gateway\":[{\"name\":\"g\",\"ike-policy\":\"p\",\"local-address\":\"10.0.0.1\","
                    + "\"remote-address\":\"2001:db8::1\"}]}"),
            new LoadOperation.Item(15, true, "tunnels/tunnel=w", Optional.empty()),
            new LoadOperation.Item(16, false, "tunnels/tunnel=x", Optional.empty()));
    assertThat(answers)
        .extracting(a -> a.index() + " " + a.outcome().kind() + " " + a.path())
        .containsExactly(
            "10 OK ",
            "11 REFUSED tunnels/tunnel=u",
            "12 REFUSED tunnel=v",
            "13 REFUSED tunnels/tunnel=bad/gateway",
            "14 REFUSED gateways/gateway=g/remote-address",
            "15 OK ",
            "16 REFUSED tunnels/tunnel=x");
    assertThat(answers.get(1).outcome().reason()).contains("gatway");
    assertThat(answers.get(3).outcome().reason()).isEqualTo("there is no gateway 'g'");
    assertThat(submitted).hasSize(3);
  }

  @Test
  void allOrNothingSubmitsNothingWhenAnItemCannotBeRead() throws Exception {
    store();
    assertThat(
            load(
                true,
                put(1, "tunnels/tunnel=t", TUNNEL.formatted("t")),
                put(2, "tunnels/tunnel=u", "no json")))
        .extracting(a -> a.outcome().kind())
        .containsOnly(Outcome.Kind.REFUSED);
    assertThat(submitted).isEmpty();
  }

  private void store() {
    services.intents.set(
        Fakes.of(
            IntentStore.class,
            new Object() {
              public CompletionStage<List<Outcome>> submit(
                  List<IntentChange> changes, boolean allOrNothing, Duration timeout) {
                submitted.addAll(changes);
                return CompletableFuture.completedFuture(
                    changes.stream().map(LoadOperationTest::outcome).toList());
              }
            }));
  }

  private static Outcome outcome(IntentChange change) {
    return change instanceof IntentChange.Put put && put.value().name().equals("bad")
        ? Outcome.refused("tunnels/tunnel=bad/gateway: there is no gateway 'g'")
        : Outcome.ok();
  }

  private static LoadOperation.Item put(long index, String entry, String value) {
    return new LoadOperation.Item(index, false, entry, Optional.of(value));
  }

  private List<LoadOperation.Answer> load(boolean all, LoadOperation.Item... items)
      throws Exception {
    return load.load(List.of(items), all, Duration.ofSeconds(5))
        .toCompletableFuture()
        .get(10, TimeUnit.SECONDS);
  }
}
