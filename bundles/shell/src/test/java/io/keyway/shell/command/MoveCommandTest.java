package io.keyway.shell.command;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.keyway.api.Outcome;
import java.net.InetAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

class MoveCommandTest {
  private final FakeServices services = new FakeServices();
  private final FakeSession session = new FakeSession();
  private final List<Object> asked = new ArrayList<>();

  private MoveCommand command(Outcome answer) {
    services.engine(
        Map.of(
            "name",
            a -> "ike-native",
            "move",
            a -> {
              asked.addAll(List.of(a));
              return CompletableFuture.completedFuture(answer);
            }));
    MoveCommand command = new MoveCommand();
    command.services = services;
    command.session = session.session();
    command.connection = "hq";
    return command;
  }

  @Test
  void movesToAnAddressAndBackToTheConfiguredOrder() throws Exception {
    MoveCommand command = command(Outcome.ok());
    command.local = "198.51.100.1";
    command.run();
    assertThat(asked)
        .containsExactly(
            "hq", Optional.of(InetAddress.getByName("198.51.100.1")), Duration.ofSeconds(15));
    assertThat(session.printed()).contains("moved 'hq'");
    asked.clear();
    command.local = null;
    command.run();
    assertThat(asked).containsExactly("hq", Optional.empty(), Duration.ofSeconds(15));
  }

  @Test
  void saysWhyItDidNot() {
    MoveCommand command = command(Outcome.refused("the peer made the IKE SA; do it there"));
    assertThatThrownBy(command::run)
        .hasMessageContaining("REFUSED")
        .hasMessageContaining("do it there");
    command.local = "hq.example.org";
    assertThatThrownBy(command::run).hasMessageContaining("'hq.example.org' is not an IP address");
  }
}
