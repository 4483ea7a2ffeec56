package io.keyway.shell.command;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import io.keyway.api.Outcome;
import io.keyway.api.Registration;
import io.keyway.api.ike.ChildResult;
import io.keyway.api.ike.ChildSaStatus;
import io.keyway.api.ike.IkeEngine;
import io.keyway.api.ike.IkeEngine.Selection;
import io.keyway.api.ike.IkeSaStatus;
import io.keyway.api.plane.PlaneStatus;
import io.keyway.api.sa.ChildId;
import io.keyway.api.sa.Direction;
import io.keyway.api.sa.Generation;
import io.keyway.api.sa.IpsecMode;
import io.keyway.api.sa.Owner;
import io.keyway.api.sa.SaId;
import io.keyway.api.sa.Spi;
import io.keyway.api.sa.SpiLease;
import io.keyway.api.sa.Usage;
import io.keyway.api.sp.Policy;
import io.keyway.api.sp.PolicyAction;
import io.keyway.api.sp.SpdService;
import io.keyway.api.ts.SelectorPair;
import io.keyway.api.ts.TrafficSelector;
import io.keyway.api.tunnel.TunnelEvent;
import io.keyway.api.tunnel.TunnelStatus;
import io.keyway.shell.CommandFailure;
import io.keyway.shell.FakeIntentStore;
import io.keyway.shell.FakeSecretStore;
import java.io.ByteArrayInputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CommandsTest {

  private static final Instant NOW = Instant.parse("2026-11-22T12:00:00Z");
  private static final Instant TEN_AGO = NOW.minusSeconds(10);

  private final FakeServices services = new FakeServices();
  private final FakeSession session = new FakeSession();

  private <C extends IpsecCommand> C ready(C command) {
    command.services = services;
    command.session = session.session();
    command.clock = Clock.fixed(NOW, ZoneOffset.UTC);
    return command;
  }

  private static InetAddress ip(String text) {
    try {
      return InetAddress.getByName(text);
    } catch (UnknownHostException e) {
      throw new IllegalArgumentException(e);
    }
  }

  private static final SelectorPair PAIR =
      new SelectorPair(
          TrafficSelector.host(ip("10.1.0.1"), 17), TrafficSelector.host(ip("10.2.0.1"), 17));

  private static ChildSaStatus child() {
    return new ChildSaStatus(
        "c7",
        "t1",
        "INSTALLED",
        "ipu-1",
        Optional.of(new SpiLease("ipu-1", new Spi(0xc1234567L), 5, new Generation(1))),
        0xc7654321L,
        "aes256gcm16-ecp384-noesn",
        false,
        IpsecMode.TUNNEL,
        List.of(PAIR),
        Optional.of(TEN_AGO),
        Optional.of(NOW.plusSeconds(100)),
        Optional.of(NOW.plusSeconds(200)));
  }

  private static IkeSaStatus ike() {
    return new IkeSaStatus(
            "i3",
            "gw-1",
            "ESTABLISHED",
            true,
            0x1122334455667788L,
            0x99aabbccddeeff00L,
            new InetSocketAddress(ip("172.37.1.7"), 500),
            new InetSocketAddress(ip("172.37.1.8"), 500),
            "172.37.1.7",
            "evil\u001b[2Jpeer",
            "aes256gcm16-prfsha384-ecp384",
            "ppk-1",
            false,
            false,
            Optional.of(TEN_AGO),
            Optional.of(NOW.plusSeconds(14390)),
            List.of(child()))
        .withExtensions(new IkeSaStatus.Extensions(true, true))
        .withResumption(new IkeSaStatus.Resumption(true, Optional.of(NOW.plusSeconds(600))));
  }

  private static TunnelStatus tunnel(String name, TunnelStatus.Phase phase, String reason) {
    return new TunnelStatus(
        name,
        "gw-1",
        "ipu-1",
        phase,
        reason,
        true,
        Optional.of(TEN_AGO),
        phase == TunnelStatus.Phase.UP ? List.of(child()) : List.of(),
        Usage.of(5, 420),
        Usage.ABSENT,
        2,
        Usage.ABSENT,
        phase == TunnelStatus.Phase.TRAPPED ? OptionalLong.of(17) : OptionalLong.empty());
  }

  @Test
  void aTrappedTunnelShowsHowOftenPacketsAskedForIt() {
    services.tunnels(
        Map.of(
            "statuses",
            a -> List.of(tunnel("t1", TunnelStatus.Phase.TRAPPED, "waits for traffic"))));
    ready(new TunnelsCommand()).run();
    assertThat(session.printed())
        .contains("t1: TRAPPED", "waits for traffic", "packets asked for it 17 times");
  }

  @Test
  void tunnelsShowPhaseReasonAndHold() {
    services.tunnels(
        Map.of(
            "statuses",
            a ->
                List.of(
                    tunnel("t2", TunnelStatus.Phase.WAITING, "waiting for data plane ipu-1"),
                    tunnel("t1", TunnelStatus.Phase.UP, ""))));

    ready(new TunnelsCommand()).run();

    assertThat(session.printed())
        .contains(
            "t1: UP since 10s, gateway gw-1, data plane ipu-1",
            "out 420 bytes, 5 packets",
            "in  not counted by the data plane",
            "t2: WAITING",
            "reason: waiting for data plane ipu-1",
            "its traffic is held");
    assertThat(session.printed().indexOf("t1:")).isLessThan(session.printed().indexOf("t2:"));
  }

  @Test
  void tunnelsAsJsonLeaveOutWhatIsNotCounted() {
    services.tunnels(
        Map.of("statuses", a -> List.of(tunnel("t1", TunnelStatus.Phase.UP, "say \"hi\"\n"))));
    TunnelsCommand command = ready(new TunnelsCommand());
    command.json = true;

    command.run();

    JsonObject tunnel =
        JsonParser.parseString(session.printed()).getAsJsonArray().get(0).getAsJsonObject();
    assertThat(tunnel.get("reason").getAsString()).isEqualTo("say \"hi\"\n");
    assertThat(tunnel.getAsJsonObject("outbound").get("packets").getAsInt()).isEqualTo(5);
    assertThat(tunnel.getAsJsonObject("inbound").has("packets")).isFalse();
    assertThat(
            tunnel.getAsJsonArray("children").get(0).getAsJsonObject().get("spi-in").getAsString())
        .isEqualTo("c1234567");
  }

  @Test
  void aTunnelThatDoesNotExistIsSaidSo() {
    services.tunnels(Map.of("statuses", a -> List.of()));
    TunnelsCommand command = ready(new TunnelsCommand());
    command.name = "nosuch";

    assertThatThrownBy(command::run)
        .isInstanceOf(CommandFailure.class)
        .hasMessageContaining("nosuch");
  }

  @Test
  void aMissingServiceNamesTheBundleAndTheCure() {
    assertThatThrownBy(ready(new TunnelsCommand())::run)
        .isInstanceOf(CommandFailure.class)
        .hasMessageContaining("keyway-tunnels")
        .hasMessageContaining("bundle:list");
  }

  @Test
  void sasLookLikeSwanctlAndCarryCounters() {
    SaId in = new SaId("ipu-1", Direction.INBOUND, new Spi(0xc1234567L), ip("172.37.1.7"), 5);
    services.engine(Map.of("name", a -> "ike-native", "snapshot", a -> List.of(ike())));
    services.sad(
        Map.of(
            "entries",
            a -> List.of(),
            "usage",
            a -> CompletableFuture.completedFuture(Map.of(in, Usage.of(3, 252)))));

    ready(new SasCommand()).run();

    assertThat(session.printed())
        .contains(
            "gw-1: #i3, ESTABLISHED, IKEv2, 1122334455667788_i* 99aabbccddeeff00_r",
            "local  '172.37.1.7' @ 172.37.1.7[500]",
            "aes256gcm16-prfsha384-ecp384",
            "PPK 'ppk-1'",
            "agreed on MOBIKE, crash detection",
            "resumed, ticket ends in 600s",
            "established 10s ago, rekeying in 14390s",
            "t1: #c7, INSTALLED, TUNNEL, ESP:aes256gcm16-ecp384-noesn",
            "rekeying in 100s, expires in 200s",
            "in  c1234567, 252 bytes, 3 packets",
            "out c7654321, not counted by the data plane",
            "local  10.1.0.1/32[17]");
    assertThat(session.printed()).as("a peer must not steer the terminal").doesNotContain("\u001b");
  }

  @Test
  void oneIkeSaIsShownWithoutReadingTheOthers() {
    List<Object> asked = new ArrayList<>();
    services.engine(
        Map.of(
            "name",
            a -> "ike-native",
            "snapshot",
            a -> {
              asked.add(a[0]);
              return a[0].equals(new Selection.IkeUid("i3")) ? List.of(ike()) : List.of();
            }));
    services.sad(
        Map.of(
            "entries", a -> List.of(), "usage", a -> CompletableFuture.completedFuture(Map.of())));
    SasCommand one = ready(new SasCommand());
    one.ike = "i3";
    one.run();
    assertThat(session.printed()).contains("gw-1: #i3");

    SasCommand gateway = ready(new SasCommand());
    gateway.gateway = "gw-9";
    gateway.run();
    assertThat(session.printed()).contains("there are no IKE SAs");
    assertThat(asked).containsExactly(new Selection.IkeUid("i3"), new Selection.Connection("gw-9"));

    gateway.child = "c7";
    assertThatThrownBy(gateway::run).hasMessageContaining("name one thing");
  }

  @Test
  void aSlowPlaneDoesNotHideTheSas() {
    services.engine(Map.of("name", a -> "ike-native", "snapshot", a -> List.of(ike())));
    services.sad(
        Map.of(
            "entries",
            a -> List.of(),
            "usage",
            a -> CompletableFuture.failedFuture(new IllegalStateException("plane gone"))));

    ready(new SasCommand()).run();

    assertThat(session.printed()).contains("plane gone", "gw-1: #i3");
  }

  @Test
  void policiesShowStacksAndProblems() {
    ChildId id = new ChildId(new Owner("tunnels", "1"), "h1", "t1");
    services.spd(
        Map.of(
            "entries",
            a ->
                List.of(
                    new SpdService.Entry(
                        new Policy(
                            id, "ipu-1", Direction.OUTBOUND, PAIR, 100, new PolicyAction.Hold()),
                        true,
                        false,
                        "table full"))));
    services.tunnels(
        Map.of("problems", a -> Map.of("policies/policy=dns", "FULL: table tx has 5 rows")));

    ready(new PoliciesCommand()).run();

    assertThat(session.printed())
        .contains(
            "ipu-1 outbound 10.1.0.1/32[17] === 10.2.0.1/32[17]",
            "HOLD, not programmed, priority 100, tunnels t1{h1}",
            "problem: table full",
            "policies/policy=dns is not in force: FULL: table tx has 5 rows");
  }

  private void plane(Outcome reconciled) {
    services.plane(
        Map.of(
            "name",
            a -> "ipu-1",
            "type",
            a -> "infrap4d",
            "status",
            a ->
                new PlaneStatus(
                    PlaneStatus.Connection.DOWN,
                    "connection refused",
                    new Generation(3),
                    List.of(new PlaneStatus.TableUse("ipsec_spd", 10, 1024)),
                    OptionalLong.empty(),
                    Optional.empty(),
                    Optional.of(new PlaneStatus.SpiUse(4, 2, 1)),
                    Optional.of(
                        new PlaneStatus.Exposure(
                            Instant.EPOCH, Optional.of(Duration.ofMillis(120)))),
                    List.of("tls/certificate-file x expires on 2026-12-01; renew it")),
            "reconcile",
            a -> CompletableFuture.completedFuture(reconciled)));
  }

  @Test
  void planesShowRowsAndReason() {
    plane(Outcome.ok());

    ready(new PlanesCommand()).run();

    assertThat(session.printed())
        .contains(
            "ipu-1: infrap4d, DOWN, generation 3",
            "reason: connection refused",
            "ipsec_spd: 10 of 1024 rows, 1014 free",
            "warning: tls/certificate-file x expires on 2026-12-01; renew it",
            "SPIs: 4 leased, 2 pooled, 1 leaked",
            "all traffic held again after 120 ms",
            "never compared");
  }

  @Test
  void planesAsJsonLeaveOutDriftThatIsNotKnown() {
    plane(Outcome.ok());
    PlanesCommand command = ready(new PlanesCommand());
    command.json = true;

    command.run();

    JsonObject plane =
        JsonParser.parseString(session.printed()).getAsJsonArray().get(0).getAsJsonObject();
    assertThat(plane.get("generation").getAsInt()).isEqualTo(3);
    assertThat(plane.has("drift")).isFalse();
    assertThat(plane.getAsJsonObject("spis").get("leaked").getAsInt()).isEqualTo(1);
    assertThat(plane.getAsJsonObject("exposure").get("milliseconds").getAsInt()).isEqualTo(120);
    assertThat(plane.getAsJsonArray("warnings")).hasSize(1);
  }

  @Test
  void reconcileFailsHonestly() {
    plane(Outcome.unavailable("infrap4d not reachable"));
    ReconcileCommand command = ready(new ReconcileCommand());
    command.plane = "ipu-1";

    assertThatThrownBy(command::run)
        .hasMessageContaining("UNAVAILABLE")
        .hasMessageContaining("infrap4d not reachable");
    command.plane = "ipu-2";
    assertThatThrownBy(command::run).hasMessageContaining("ipu-2").hasMessageContaining("ipu-1");
    command.mode = "wipe";
    assertThatThrownBy(command::run).hasMessageContaining("check, repair, purge");
  }

  @Test
  void initiateShowsTheChildrenOrTheReason() {
    AtomicReference<ChildResult> answer =
        new AtomicReference<>(new ChildResult(Outcome.ok(), List.of(child())));
    services.tunnels(Map.of("initiate", a -> CompletableFuture.completedFuture(answer.get())));
    InitiateCommand command = ready(new InitiateCommand());
    command.name = "t1";

    command.run();
    assertThat(session.printed()).contains("initiate 't1': OK", "in c1234567, out c7654321");

    answer.set(ChildResult.of(Outcome.refused("AUTHENTICATION_FAILED from 172.37.1.8")));
    assertThatThrownBy(command::run)
        .isInstanceOf(CommandFailure.class)
        .hasMessageContaining("REFUSED: AUTHENTICATION_FAILED");
  }

  @Test
  void rekeyFindsTheEngineOfAnSa() {
    AtomicReference<Object> asked = new AtomicReference<>();
    services.engine(Map.of("name", a -> "other", "snapshot", a -> List.of()));
    services.engine(
        Map.of(
            "name",
            a -> "ike-native",
            "snapshot",
            a -> Stream.of(ike()).filter(((IkeEngine.Selection) a[0])::covers).toList(),
            "rekey",
            a -> {
              asked.set(a[0]);
              return CompletableFuture.completedFuture(ChildResult.of(Outcome.ok()));
            }));
    RekeyCommand command = ready(new RekeyCommand());

    assertThatThrownBy(command::run).hasMessageContaining("name a tunnel");
    command.ike = "i3";
    command.run();
    assertThat(asked.get()).isEqualTo(new IkeEngine.Selection.IkeUid("i3"));
    command.ike = "i4";
    assertThatThrownBy(command::run).hasMessageContaining("there is no IKE SA #i4");
  }

  @Test
  void aSecretIsAskedForTwiceWithoutEchoAndNeverPrinted() {
    FakeSecretStore store = new FakeSecretStore();
    services.secrets(store);
    session.answers.addAll(List.of("s3cret-value", "s3cret-value"));
    SecretCommand command = ready(new SecretCommand());
    command.name = "cell-sites";

    command.run();

    assertThat(store.texts()).containsExactly(Map.entry("cell-sites", "s3cret-value"));
    assertThat(session.masks).containsExactly((char) 0, (char) 0);
    assertThat(session.printed()).contains("cell-sites").doesNotContain("s3cret-value");
  }

  @Test
  void twoDifferentAnswersStoreNothing() {
    FakeSecretStore store = new FakeSecretStore();
    services.secrets(store);
    session.answers.addAll(List.of("one", "two"));
    SecretCommand command = ready(new SecretCommand());
    command.name = "x";

    assertThatThrownBy(command::run).hasMessageContaining("differ");
    assertThatThrownBy(command::run).hasMessageContaining("empty");
    assertThat(store.texts()).isEmpty();
  }

  @Test
  void withoutATerminalOneLineOfStandardInputIsTaken() {
    FakeSecretStore store = new FakeSecretStore();
    services.secrets(store);
    session.standardInput =
        new ByteArrayInputStream("from a pipe\r\nnot this".getBytes(StandardCharsets.UTF_8));
    SecretCommand command = ready(new SecretCommand());
    command.name = "x";

    command.run();

    assertThat(store.texts()).containsExactly(Map.entry("x", "from a pipe"));
    assertThat(session.printed()).doesNotContain("from a pipe");
  }

  @Test
  void secretsAreListedByNameAndKindAndDeleted() {
    FakeSecretStore store = new FakeSecretStore();
    services.secrets(store);
    session.answers.addAll(List.of("v", "v"));
    SecretCommand put = ready(new SecretCommand());
    put.name = "a";
    put.run();
    SecretCommand list = ready(new SecretCommand());
    list.list = true;
    list.json = true;

    list.run();

    assertThat(session.printed()).contains("[{\"name\":\"a\",\"kind\":\"pre-shared-key\"}]");
    SecretCommand delete = ready(new SecretCommand());
    delete.name = "a";
    delete.delete = true;
    delete.run();
    assertThat(store.texts()).isEmpty();
    assertThatThrownBy(delete::run).hasMessageContaining("ABSENT");
  }

  @Test
  void loadPrintsEveryProblemAndChangesNothing(@TempDir Path dir) throws Exception {
    FakeIntentStore intent = new FakeIntentStore();
    services.intent(intent).secrets(new FakeSecretStore());
    Path file = Files.writeString(dir.resolve("x.yaml"), "tunnles:\n  - name: t\n");
    LoadCommand command = ready(new LoadCommand());
    command.file = file.toString();

    assertThatThrownBy(command::run)
        .isInstanceOf(CommandFailure.class)
        .hasMessageContaining("line 1, column 1: /tunnles: unknown key 'tunnles'")
        .hasMessageContaining("did you mean tunnels");
    assertThat(intent.submitted).isEmpty();
    command.file = dir.resolve("nosuch").toString();
    assertThatThrownBy(command::run).hasMessageContaining("there is no file");
    command.file = dir.toString();
    assertThatThrownBy(command::run).hasMessageContaining("is a directory");
    Files.write(file, new byte[] {(byte) 0xff, (byte) 0xfe, 0});
    command.file = file.toString();
    assertThatThrownBy(command::run).hasMessageContaining("not UTF-8");
  }

  @Test
  void loadTakesTheCnrExample(@TempDir Path dir) throws Exception {
    FakeIntentStore intent = new FakeIntentStore();
    FakeSecretStore secrets = new FakeSecretStore();
    services.intent(intent).secrets(secrets);
    Path file = dir.resolve("cnr.yaml");
    try (var in = FakeIntentStore.class.getResourceAsStream("yaml/cnr.yaml")) {
      Files.write(file, in.readAllBytes());
    }
    LoadCommand command = ready(new LoadCommand());
    command.file = file.toString();

    command.run();

    assertThat(intent.submitted).hasSize(4);
    assertThat(session.printed())
        .contains("loaded: ike-policy 1, child-policy 1, gateway 1, tunnel 1");
    String key = secrets.texts().values().iterator().next();
    assertThat(session.printed()).doesNotContain(key);
    assertThat(key.getBytes(StandardCharsets.UTF_8)).hasSize(32);
  }

  @Test
  void monitorPrintsEventsAndEndsItsSubscription() {
    AtomicReference<Boolean> closed = new AtomicReference<>(false);
    services.tunnels(
        Map.of(
            "subscribe",
            a -> {
              @SuppressWarnings("unchecked")
              Consumer<TunnelEvent> listener = (Consumer<TunnelEvent>) a[0];
              listener.accept(new TunnelEvent.Up("t1", "aes256gcm16"));
              listener.accept(new TunnelEvent.PlaneRestarted("ipu-1", 4, "stream lost"));
              Registration registration = () -> closed.set(true);
              return registration;
            }));
    MonitorCommand command = ready(new MonitorCommand());
    command.count = 2;

    command.run();

    assertThat(session.printed())
        .contains(
            "tunnel t1 up: aes256gcm16", "data plane ipu-1 restarted, generation 4: stream lost");
    assertThat(closed.get()).isTrue();
    command.json = true;
    command.count = 1;
    command.run();
    assertThat(session.printed()).contains("\"event\":\"Up\",\"tunnel\":\"t1\"");
  }

  @Test
  void namesAreCompletedAndAMissingServiceCompletesNothing() {
    TunnelCompleter completer = new TunnelCompleter();
    completer.services = services;
    assertThat(CompletionLine.complete(completer, "t")).isEmpty();

    services.tunnels(
        Map.of(
            "statuses",
            a ->
                List.of(
                    tunnel("t1", TunnelStatus.Phase.UP, ""),
                    tunnel("x1", TunnelStatus.Phase.UP, ""))));

    assertThat(CompletionLine.complete(completer, "t")).containsExactly("t1 ");
  }
}
