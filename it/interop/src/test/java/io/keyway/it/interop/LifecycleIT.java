package io.keyway.it.interop;

import static org.assertj.core.api.Assertions.assertThat;

import io.keyway.it.interop.Peers.Side;
import io.keyway.it.kit.lab.Await;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/** The CNR profile (aes256gcm16-prfsha384-ecp384, PSK) with charon, from set-up to delete. */
@Interop
class LifecycleIT {

  @ParameterizedTest
  @EnumSource(Side.class)
  void comesUpWithTheSameKeys(Side initiator, Lab lab) {
    Peers peers = Peers.start(lab);

    List<SaKeys> pair = peers.up(initiator);

    assertThat(pair).extracting(SaKeys::encryption).containsOnly(20);
    assertThat(pair).extracting(k -> k.encryptionKey().length()).containsOnly(72);
    assertThat(pair).extracting(SaKeys::mode).containsOnly("tunnel");
    assertThat(pair).extracting(SaKeys::esn).containsOnly(false);
    assertThat(pair.get(0).sources()).hasSize(1);
    assertThat(peers.keyway().ikeSpis()).isEqualTo(peers.charon().ikeSpis());
    peers.awaitOnly(pair);
  }

  @ParameterizedTest
  @CsvSource({"KEYWAY, KEYWAY", "KEYWAY, CHARON", "CHARON, KEYWAY", "CHARON, CHARON"})
  void theChildIsRekeyed(Side initiator, Side rekeys, Lab lab) {
    Peers peers = Peers.start(lab);
    List<SaKeys> first = peers.up(initiator);

    peers.rekeyChild(rekeys);

    List<SaKeys> second = peers.agreed(4);
    assertThat(second).doesNotContainAnyElementsOf(first);
    peers.awaitOnly(second);
  }

  @ParameterizedTest
  @CsvSource({"KEYWAY, KEYWAY", "KEYWAY, CHARON", "CHARON, KEYWAY", "CHARON, CHARON"})
  void theIkeSaIsRekeyedAndItsChildrenMoveAlong(Side initiator, Side rekeys, Lab lab) {
    Peers peers = Peers.start(lab);
    List<SaKeys> first = peers.up(initiator);

    peers.rekeyIke(rekeys);

    peers.awaitOnly(first);
    // Keys of a child made on the new IKE SA prove its SK_d (RFC 7296 section 2.18).
    peers.rekeyChild(rekeys);
    peers.awaitOnly(peers.agreed(4));
    peers.rekeyChild(rekeys == Side.KEYWAY ? Side.CHARON : Side.KEYWAY);
    peers.awaitOnly(peers.agreed(6));
  }

  @ParameterizedTest
  @CsvSource({"KEYWAY, KEYWAY", "KEYWAY, CHARON", "CHARON, KEYWAY", "CHARON, CHARON"})
  void theIkeSaIsRekeyedAgainAndAgain(Side initiator, Side rekeys, Lab lab) {
    Peers peers = Peers.start(lab);
    List<SaKeys> first = peers.up(initiator);

    peers.rekeyIke(rekeys);
    peers.rekeyIke(rekeys == Side.KEYWAY ? Side.CHARON : Side.KEYWAY);
    peers.rekeyIke(rekeys);

    peers.awaitOnly(first);
  }

  @ParameterizedTest
  @CsvSource({"KEYWAY, KEYWAY", "KEYWAY, CHARON", "CHARON, KEYWAY", "CHARON, CHARON"})
  void theChildIsDeletedAndTheIkeSaStays(Side initiator, Side deletes, Lab lab) {
    Peers peers = Peers.start(lab);
    peers.up(initiator);

    if (deletes == Side.KEYWAY) {
      peers.keyway().terminateChild().orFail();
    } else {
      peers.charon().terminateChild();
    }

    peers.awaitNothingInstalled();
    // And a new one can be made on it.
    peers.charon().initiate().orFail();
    peers.awaitOnly(peers.agreed(4));
  }

  @ParameterizedTest
  @CsvSource({"KEYWAY, KEYWAY", "KEYWAY, CHARON", "CHARON, KEYWAY", "CHARON, CHARON"})
  void theIkeSaIsDeletedWithItsChildren(Side initiator, Side deletes, Lab lab) {
    Peers peers = Peers.start(lab);
    peers.up(initiator);

    if (deletes == Side.KEYWAY) {
      peers.keyway().terminateIke().orFail();
    } else {
      peers.charon().terminateIke();
    }

    peers.awaitNothingInstalled();
    Await.until("charon forgets the IKE SA", () -> !peers.charon().established());
    Await.until("Keyway forgets the IKE SA", () -> peers.keyway().established() == 0);
    // Nothing of the past is in the way of a new one.
    peers.keyway().initiate().orFail();
    peers.agreed(4);
  }
}
