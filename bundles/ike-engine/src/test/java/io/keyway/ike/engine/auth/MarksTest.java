package io.keyway.ike.engine.auth;

import static org.assertj.core.api.Assertions.assertThat;

import io.keyway.api.ike.Authentication;
import io.keyway.api.ike.Identity;
import io.keyway.ike.engine.lab.Config;
import io.keyway.ike.engine.resume.Standing;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What credentials leave behind in a ticket. */
class MarksTest {
  private static final byte[] EAP = {};

  @Test
  void passwordsLeaveNothing() {
    assertThat(Marks.standing(List.of(EAP, EAP))).isEqualTo(Standing.NONE);
  }

  @Test
  void marksStandBesideEachOther() {
    assertThat(Marks.standing(List.of(new byte[] {1, 7}, EAP)).mark()).isEqualTo("02010700");
  }

  @Test
  void credentialsThatCannotBeMarkedNeverCountAsNothing() {
    byte[] big = new byte[130];
    Arrays.fill(big, (byte) 2);
    assertThat(Marks.standing(List.of(big, big))).as("too long").isEqualTo(Standing.UNTOLD);
    assertThat(Marks.standing(List.of(EAP, Marks.UNTOLD))).isEqualTo(Standing.UNTOLD);
  }

  @Test
  void nobodyStandsOnAnUntoldMark() {
    Authentication how = Config.right().build().authentication();
    Identity peer = Identity.parse("site-1.example.org");
    Marks marks = new Marks(null, null, null);
    assertThat(marks.stand(how, peer, Standing.NONE)).isCompletedWithValue(true);
    assertThat(marks.stand(how, peer, Standing.UNTOLD)).isCompletedWithValue(false);
  }
}
