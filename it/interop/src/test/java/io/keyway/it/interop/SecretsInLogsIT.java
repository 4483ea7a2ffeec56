package io.keyway.it.interop;

import static org.assertj.core.api.Assertions.assertThat;

import io.keyway.it.interop.Peers.Side;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Every test of this module looks for its keys in the engine's log when it ends ({@link
 * LabExtension}); here is the proof that this look sees.
 */
@Interop
class SecretsInLogsIT {

  @ParameterizedTest
  @EnumSource(Side.class)
  void keysOfAWholeLifeStandInCharonsLogAndNotInOurs(Side initiator, Lab lab) throws Exception {
    Peers peers = Peers.start(lab);
    peers.up(initiator);
    peers.rekeyChild(Side.KEYWAY);
    peers.agreed(4);
    peers.rekeyIke(Side.KEYWAY);
    peers.rekeyIke(Side.CHARON);
    peers.rekeyChild(Side.CHARON);
    peers.agreed(6);
    lab.stop();

    KnownSecrets secrets = KnownSecrets.of(lab);
    assertThat(secrets.count())
        .as("shared secrets, SKEYSEED and SK_* of three IKE SAs, keys of three children")
        .isGreaterThan(30);
    assertThat(secrets.control(lab))
        .anyMatch(find -> find.contains("Sk_d secret"))
        .anyMatch(find -> find.contains("Sk_er secret"))
        .anyMatch(find -> find.contains("SKEYSEED"))
        .anyMatch(find -> find.contains("shared Diffie Hellman secret"));
    assertThat(peers.keyway().log()).as("the log is at DEBUG").contains("DEBUG");
    assertThat(peers.keyway().log())
        .as("messages are traced, both ways, in every exchange of a life")
        .contains("sent IKE_SA_INIT", "received IKE_AUTH", "received CREATE_CHILD_SA")
        .containsPattern("AUTH: SHARED_KEY, \\d+ octets, not shown")
        .containsPattern("KE: \\w+ public value \\d+ octets");
    assertThat(secrets.leaked(lab)).isEmpty();
  }
}
