package io.keyway.northbound.rpc;

import static org.assertj.core.api.Assertions.assertThat;

import io.keyway.api.Outcome;
import io.keyway.api.ike.ChildResult;
import io.keyway.api.ike.IkeEngine;
import io.keyway.api.ike.IkeEngine.Selection;
import io.keyway.api.ike.IkeSaStatus;
import io.keyway.api.plane.DataPlane;
import io.keyway.api.tunnel.TunnelService;
import io.keyway.northbound.Fakes;
import io.keyway.northbound.Samples;
import io.keyway.northbound.Services;
import io.keyway.northbound.States;
import java.net.InetAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class SaOperationsTest {

  private static final Duration LIMIT = Duration.ofSeconds(5);

  private final Services services = new Services();
  private final SaOperations operations = new SaOperations(services);
  private final List<String> calls = new ArrayList<>();

  @Test
  void withoutServicesTheAnswerSaysWhatIsMissing() throws Exception {
    assertThat(get(operations.initiate("t", LIMIT)).outcome())
        .satisfies(o -> assertThat(o.kind()).isEqualTo(Outcome.Kind.UNAVAILABLE))
        .satisfies(o -> assertThat(o.reason()).contains("keyway-tunnels"));
    assertThat(get(operations.terminate(new Target.ChildSa("c-9"), LIMIT)).outcome().kind())
        .isEqualTo(Outcome.Kind.ABSENT);
    assertThat(get(operations.reconcile("ipu-9", "check", LIMIT)).reason())
        .contains("no service runs data plane 'ipu-9'");
  }

  @Test
  void tunnelsGoToTheTunnelService() throws Exception {
    services.tunnels.set(Fakes.of(TunnelService.class, new Tunnels()));
    get(operations.initiate("t", LIMIT));
    get(operations.terminate(new Target.Tunnel("t"), LIMIT));
    get(operations.rekey(new Target.Tunnel("t"), LIMIT));
    assertThat(calls).containsExactly("initiate t", "terminate t", "rekey t");
  }

  @Test
  void sasGoToTheEngineThatHasThem() throws Exception {
    services.add(Fakes.of(IkeEngine.class, new Engine("ike-1", "c-1")));
    services.add(Fakes.of(IkeEngine.class, new Engine("ike-2", "c-2")));
    get(operations.rekey(new Target.IkeSa("ike-2"), LIMIT));
    get(operations.terminate(new Target.ChildSa("c-1"), LIMIT));
    assertThat(
            get(operations.redirect(new Selection.IkeUid("ike-9"), "192.0.2.3", LIMIT))
                .outcome()
                .kind())
        .isEqualTo(Outcome.Kind.ABSENT);
    assertThat(calls)
        .containsExactly("ike-2 rekey IkeUid[uid=ike-2]", "ike-1 terminate ChildUid[uid=c-1]");
  }

  @Test
  void aMoveGoesToTheEngineThatHasTheGateway() throws Exception {
    services.add(Fakes.of(IkeEngine.class, new Engine("ike-1", "c-1")));
    InetAddress local = Samples.address("198.51.100.1");
    assertThat(get(operations.move("g", Optional.of(local), LIMIT)).done()).isTrue();
    assertThat(get(operations.move("g", Optional.empty(), LIMIT)).done()).isTrue();
    assertThat(get(operations.move("other", Optional.empty(), LIMIT)))
        .satisfies(o -> assertThat(o.kind()).isEqualTo(Outcome.Kind.ABSENT))
        .satisfies(o -> assertThat(o.reason()).contains("gateway 'other'"));
    assertThat(calls).containsExactly("ike-1 move g to 198.51.100.1", "ike-1 move g to order");
  }

  @Test
  void aServiceThatForgetsItsDeadlineIsAnsweredFor() throws Exception {
    services.tunnels.set(
        Fakes.of(
            TunnelService.class,
            new Object() {
              public CompletionStage<ChildResult> initiate(String tunnel, Duration timeout) {
                return new CompletableFuture<>();
              }
            }));
    ChildResult result = get(operations.initiate("t", Duration.ofMillis(1)));
    assertThat(result.outcome().kind()).isEqualTo(Outcome.Kind.UNKNOWN);
  }

  @Test
  void reconcilingGoesToTheDataPlane() throws Exception {
    services.add(
        Fakes.of(
            DataPlane.class,
            new Object() {
              public String name() {
                return "ipu-1";
              }

              public CompletionStage<Outcome> reconcile(String mode, Duration timeout) {
                calls.add("reconcile " + mode);
                return CompletableFuture.completedFuture(Outcome.ok());
              }
            }));
    assertThat(get(operations.reconcile("ipu-1", "repair", LIMIT))).isEqualTo(Outcome.ok());
    assertThat(calls).containsExactly("reconcile repair");
  }

  private static <T> T get(CompletionStage<T> stage) throws Exception {
    return stage.toCompletableFuture().get(10, TimeUnit.SECONDS);
  }

  /** Answers of a tunnel service. */
  public final class Tunnels {
    public CompletionStage<ChildResult> initiate(String tunnel, Duration timeout) {
      return called("initiate " + tunnel);
    }

    public CompletionStage<ChildResult> terminate(String tunnel, Duration timeout) {
      return called("terminate " + tunnel);
    }

    public CompletionStage<ChildResult> rekey(String tunnel, Duration timeout) {
      return called("rekey " + tunnel);
    }
  }

  /** Answers of an engine with one IKE SA. */
  public final class Engine {
    private final String ike;
    private final String child;

    Engine(String ike, String child) {
      this.ike = ike;
      this.child = child;
    }

    public List<IkeSaStatus> snapshot() {
      return List.of(States.ike(ike, States.child(child)));
    }

    public CompletionStage<ChildResult> terminate(IkeEngine.Selection what, Duration timeout) {
      return called(ike + " terminate " + what);
    }

    public CompletionStage<ChildResult> rekey(IkeEngine.Selection what, Duration timeout) {
      return called(ike + " rekey " + what);
    }

    public CompletionStage<Outcome> move(
        String connection, Optional<InetAddress> local, Duration timeout) {
      String to = local.map(InetAddress::getHostAddress).orElse("order");
      return called(ike + " move " + connection + " to " + to).thenApply(ChildResult::outcome);
    }
  }

  private CompletionStage<ChildResult> called(String call) {
    calls.add(call);
    return CompletableFuture.completedFuture(ChildResult.of(Outcome.ok()));
  }
}
