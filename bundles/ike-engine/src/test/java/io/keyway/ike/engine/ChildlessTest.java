package io.keyway.ike.engine;

import static org.assertj.core.api.Assertions.assertThat;

import io.keyway.api.ike.Childless;
import io.keyway.api.ike.EngineEvent;
import io.keyway.ike.engine.lab.Config;
import io.keyway.ike.engine.lab.Lab;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/** IKE SAs that begin without a child (RFC 6023), in every pair of wishes. */
class ChildlessTest {

  private static Lab lab(Childless left, Childless right) {
    Lab lab = new Lab();
    lab.load(
        Lab.leftNet().childless(left).esp(Config.ESP_GCM_PFS),
        Lab.rightNet().childless(right).esp(Config.ESP_GCM_PFS));
    return lab;
  }

  @ParameterizedTest
  @CsvSource({
    "ALLOW, ALLOW, 4", "ALLOW, NEVER, 4", "NEVER, ALLOW, 4", "PREFER, NEVER, 4",
    "PREFER, ALLOW, 6", "FORCE, ALLOW, 6", "FORCE, FORCE, 6", "PREFER, PREFER, 6"
  })
  void theFirstChildComesWithTheIkeSaOrAfterIt(Childless left, Childless right, int messages) {
    Lab lab = lab(left, right);
    assertThat(lab.left.initiate("to-right", "net").outcome().reason()).isEmpty();
    assertThat(lab.net.sent()).hasSize(messages);
    lab.time.run(Duration.ofSeconds(1));
    lab.assertOnePair("net");
  }

  @Test
  void withoutAPeerThatCanThereIsNone() {
    Lab lab = lab(Childless.FORCE, Childless.NEVER);
    assertThat(lab.left.initiate("to-right", "net").outcome().reason())
        .contains("takes no IKE SA without a child")
        .contains("set prefer");
    lab.time.run(Duration.ofMinutes(1));
    lab.assertNothingLeft();
  }

  @ParameterizedTest
  @EnumSource(names = {"ALLOW", "NEVER"})
  void aChildThatComesTooEarlyIsRefusedAndTheIkeSaStands(Childless left) {
    Lab lab = lab(left, Childless.FORCE);
    assertThat(lab.left.initiate("to-right", "net").outcome().reason())
        .contains("NO_ADDITIONAL_SAS");
    lab.time.run(Duration.ofSeconds(1));
    assertThat(lab.right.onlySa().state()).isEqualTo("ESTABLISHED");
    assertThat(lab.right.events(EngineEvent.ChildDown.class).get(0).reason())
        .contains("childless is force");
    // And by CREATE_CHILD_SA it comes.
    lab.up();
    lab.assertOnePair("net");
  }
}
