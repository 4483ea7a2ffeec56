package io.keyway.shell.command;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.gson.JsonParser;
import io.keyway.api.Outcome;
import io.keyway.api.ike.AddressLease;
import java.net.InetAddress;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** Counters and the trace of messages in the shell. */
class VisibilityCommandsTest {
  private final FakeServices services = new FakeServices();
  private final FakeSession session = new FakeSession();

  private <C extends IpsecCommand> C ready(C command) {
    command.services = services;
    command.session = session.session();
    return command;
  }

  @Test
  void countersAreListedByEngineAndPrefix() {
    services.engine(
        Map.of(
            "name",
            a -> "ike-native",
            "counters",
            a -> Map.of("failure-silence", 2L, "exchange-ike-auth-request-sent", 10L)));
    CountersCommand command = ready(new CountersCommand());
    command.prefix = "failure";
    command.run();
    assertThat(session.printed()).contains("ike-native:", "  failure-silence  2");
    assertThat(session.printed()).doesNotContain("exchange");
  }

  @Test
  void leasesAreListedByPool() throws java.net.UnknownHostException {
    Instant now = Instant.parse("2026-01-01T00:00:00Z");
    List<AddressLease> leases =
        List.of(
            new AddressLease(
                "sites", InetAddress.getByName("10.3.0.1"), "site-1", true, now, Optional.empty()),
            new AddressLease(
                "sites",
                InetAddress.getByName("10.3.0.2"),
                "site\n-2",
                false,
                now,
                Optional.of(now.plusSeconds(60))),
            new AddressLease(
                "other", InetAddress.getByName("10.4.0.1"), "x", true, now, Optional.empty()));
    services.engine(Map.of("name", a -> "ike-native", "leases", a -> leases));
    LeasesCommand command = ready(new LeasesCommand());
    command.pool = "sites";
    command.run();
    assertThat(session.printed())
        .contains("sites: 1 online, 1 offline", "10.3.0.1", "online", "'site-1'", "reserved")
        .doesNotContain("10.4.0.1")
        .doesNotContain("site\n");

    LeasesCommand json = ready(new LeasesCommand());
    json.json = true;
    json.run();
    assertThat(session.printed())
        .contains("\"identity\": \"site-1\"".replace(": ", ":"), "10.4.0.1");
  }

  @Test
  void countersAsJson() {
    services.engine(
        Map.of("name", a -> "ike-native", "counters", a -> Map.of("failure-silence", 2L)));
    CountersCommand command = ready(new CountersCommand());
    command.json = true;
    command.run();
    var engine = JsonParser.parseString(session.printed()).getAsJsonArray().get(0);
    assertThat(engine.getAsJsonObject().get("engine").getAsString()).isEqualTo("ike-native");
    assertThat(
            engine.getAsJsonObject().getAsJsonObject("counters").get("failure-silence").getAsLong())
        .isEqualTo(2);
  }

  @Test
  void traceTurnsOnForAWhileAndShowsUntilWhen() {
    List<Object> asked = new java.util.ArrayList<>();
    services.engine(
        Map.of(
            "name",
            a -> "ike-native",
            "trace",
            a -> {
              asked.addAll(List.of(a));
              return Outcome.ok();
            },
            "traces",
            a -> Map.of("site-1", Instant.parse("2026-11-22T10:00:00Z"))));
    TraceCommand command = ready(new TraceCommand());
    command.connection = "site-1";
    command.minutes = 5;
    command.run();
    assertThat(asked).containsExactly(Optional.of("site-1"), Duration.ofMinutes(5));
    assertThat(session.printed()).contains("ike-native: site-1 traced until 2026-11-22T10:00:00Z");
    asked.clear();
    command.off = true;
    command.run();
    assertThat(asked).containsExactly(Optional.of("site-1"), Duration.ZERO);
  }

  @Test
  void traceRefusesWhatItCannotDo() {
    services.engine(
        Map.of(
            "name",
            a -> "ike-native",
            "trace",
            a -> Outcome.absent("no connection 'site-2' is loaded")));
    TraceCommand command = ready(new TraceCommand());
    command.connection = "site-2";
    assertThatThrownBy(command::run).hasMessageContaining("ABSENT").hasMessageContaining("site-2");
    command.minutes = 0;
    assertThatThrownBy(command::run).hasMessageContaining("1 to 1440");
    command.minutes = 1;
    command.all = true;
    assertThatThrownBy(command::run).hasMessageContaining("not both");
  }
}
