package io.keyway.it.vrouter;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.gson.JsonObject;
import io.keyway.it.kit.vrouter.RouterLab;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;

/** The controller dies; the router goes on. */
@Timeout(180)
class ControllerCrashIT {

  @RegisterExtension static final NotRun CONDITION = new NotRun(Strongswan::obstacle);

  private static boolean up(JsonObject status) {
    return status.get("ready").getAsBoolean() && status.get("up").getAsBoolean();
  }

  private static List<String> installs(JsonObject status) {
    return List.of(status.get("installs").getAsString().split(" "));
  }

  @Test
  void killedItLeavesTheRouterForwardingAndAdoptsWhatIsThereWhenItIsBack() throws Exception {
    try (RouterLab lab = RouterLab.open()) {
      lab.agent(lab.left());
      CrashLab.peer(lab);
      ControllerProcess first = ControllerProcess.start(lab, 1);
      first.ask("configure");
      first.await("up", ControllerCrashIT::up);
      Flow flow = Flow.start(lab);
      flow.awaitMore();
      // Neighbours are found, and every packet counts.
      long steady = System.nanoTime();
      assertThat(first.ask("rekey").get("outcome").getAsString()).isEqualTo("OK");
      flow.awaitMore();
      JsonObject before = first.status();

      first.kill();
      for (int i = 0; i < 4; i++) {
        flow.awaitMore();
      }
      long begin = System.nanoTime();
      ControllerProcess second = ControllerProcess.start(lab, 2);
      JsonObject adopted = second.await("ready", s -> s.get("ready").getAsBoolean());
      long ready = TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - begin);
      assertThat(adopted.get("generation")).as("no other life").isEqualTo(before.get("generation"));
      assertThat(adopted.get("drift").getAsLong()).isZero();
      // A pair, and the inbound SA that a rekey leaves behind for a few seconds.
      assertThat(adopted.get("sads")).as("its SAs").isEqualTo(before.get("sads"));
      assertThat(adopted.get("installs").getAsString()).as("nothing is written").isEmpty();
      flow.awaitMore();

      long configured = System.nanoTime();
      second.ask("configure");
      JsonObject again =
          second.await("up by a pair of its own", s -> up(s) && s.get("spi").getAsInt() != 0);
      long replaced = System.nanoTime() + TimeUnit.SECONDS.toNanos(1);
      second.await("the old pair gone", s -> s.get("sads").getAsInt() == 2);
      flow.awaitMore();
      assertThat(second.ask("rekey").get("outcome").getAsString()).isEqualTo("OK");
      JsonObject rekeyed =
          second.await("rekeyed", s -> !s.get("spi").equals(again.get("spi")) && up(s));
      flow.awaitMore();
      List<String> keys = new ArrayList<>(installs(before));
      keys.addAll(installs(rekeyed));
      assertThat(keys).doesNotHaveDuplicates();

      Flow.Verdict verdict = flow.end().assertClean();
      System.out.printf(
          "controller killed: adopted %d ms after its start; lost of the stream: %d while it was"
              + " gone and adopted, %d when strongSwan forgot the old IKE SA for the new one, %d"
              + " afterwards%n",
          ready,
          verdict.lost(steady, configured),
          verdict.lost(configured, replaced),
          verdict.lost(replaced, Long.MAX_VALUE));
      assertThat(verdict.lost(steady, configured)).isZero();
      assertThat(verdict.lost(replaced, Long.MAX_VALUE)).isZero();

      second.ask("remove");
      second.await("nothing left", s -> s.get("sads").getAsInt() == 0);
    }
  }
}
