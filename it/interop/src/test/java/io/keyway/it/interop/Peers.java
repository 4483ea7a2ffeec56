package io.keyway.it.interop;

import static org.assertj.core.api.Assertions.assertThat;

import io.keyway.it.kit.lab.Await;
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;

/** Keyway on the left, charon on the right, and what both must agree on. */
record Peers(Lab lab, Keyway keyway, Charon charon) {

  /** Who begins. */
  enum Side {
    KEYWAY,
    CHARON
  }

  /** The CNR profile at both ends. */
  static Peers start(Lab lab) {
    return start(lab, c -> c, c -> c);
  }

  static Peers start(
      Lab lab, UnaryOperator<SwanctlConf> ofKeyway, UnaryOperator<SwanctlConf> ofCharon) {
    return start(lab, ofKeyway, Map.of(), ofCharon, Map.of());
  }

  static Peers start(
      Lab lab,
      UnaryOperator<SwanctlConf> ofKeyway,
      Map<String, String> engine,
      UnaryOperator<SwanctlConf> ofCharon,
      Map<String, String> daemon) {
    SwanctlConf left = ofKeyway.apply(SwanctlConf.cnr(lab.left(), lab.right()));
    SwanctlConf right = ofCharon.apply(SwanctlConf.cnr(lab.right(), lab.left()));
    Charon charon = Charon.start(lab, lab.right(), right, daemon);
    return new Peers(lab, Keyway.start(lab, lab.left(), left, engine), charon);
  }

  /** Brings the child up and checks that both ends hold the same keys; returns them. */
  List<SaKeys> up(Side initiator) {
    initiate(initiator);
    return agreed(2);
  }

  void initiate(Side initiator) {
    if (initiator == Side.KEYWAY) {
      keyway.initiate().orFail();
    } else {
      charon.initiate().orFail();
    }
  }

  void terminateIke(Side who) {
    if (who == Side.KEYWAY) {
      keyway.terminateIke().orFail();
    } else {
      charon.terminateIke();
    }
  }

  /**
   * The newest pair when both ends have been told to install this many SAs; equal octet by octet.
   */
  List<SaKeys> agreed(int addedInAll) {
    List<SaKeys> theirs = charon.stub().awaitPair(addedInAll);
    List<SaKeys> ours = keyway.stub().awaitPair(addedInAll);
    assertThat(ours).as("keys, selectors and modes of both ends").isEqualTo(theirs);
    // Both together: NULL encryption has no key, an AEAD no integrity key.
    assertThat(ours.get(0).encryptionKey() + ours.get(0).integrityKey())
        .as("the two directions have keys of their own")
        .isNotEqualTo(ours.get(1).encryptionKey() + ours.get(1).integrityKey());
    return ours;
  }

  void rekeyChild(Side who) {
    if (who == Side.KEYWAY) {
      keyway.rekeyChild().orFail();
    } else {
      charon.rekeyChild();
    }
  }

  /** Rekeys the IKE SA and waits until both ends live on the new one. */
  void rekeyIke(Side who) {
    String before = keyway.ikeSpis();
    if (who == Side.KEYWAY) {
      keyway.rekeyIke().orFail();
    } else {
      charon.rekeyIke();
    }
    Await.until(
        "both ends have the same new IKE SA",
        () -> {
          String now = keyway.ikeSpis();
          return !now.isEmpty() && !now.equals(before) && charon.sas().contains(now.split(" ")[0]);
        });
    Await.until("the old IKE SA is gone", () -> keyway.established() == 1);
    assertThat(keyway.ikeSpis()).isEqualTo(charon.ikeSpis());
  }

  /** Only these SAs are left at either end, and outbound traffic uses them. */
  void awaitOnly(List<SaKeys> pair) {
    Await.until("charon keeps only the new pair", () -> same(charon.stub().installed(), pair));
    Await.until("Keyway keeps only the new pair", () -> same(keyway.stub().installed(), pair));
    String toCharon = spi(pair, lab.right().address());
    String toKeyway = spi(pair, lab.left().address());
    Await.until(
        "Keyway sends on the new SA",
        () -> keyway.stub().selectedOutbound().filter(toCharon::equals).isPresent());
    Await.until(
        "charon sends on the new SA",
        () -> charon.stub().selectedOutbound().filter(toKeyway::equals).isPresent());
  }

  void awaitNothingInstalled() {
    Await.until("charon has no SA left", () -> charon.stub().installed().isEmpty());
    Await.until("Keyway has no SA left", () -> keyway.stub().installed().isEmpty());
    assertThat(keyway.stub().selectedOutbound()).isEmpty();
  }

  private static boolean same(List<SaKeys> some, List<SaKeys> others) {
    return SaKeys.sorted(some).equals(SaKeys.sorted(others));
  }

  private static String spi(List<SaKeys> pair, String destination) {
    return pair.stream().filter(k -> k.dst().equals(destination)).findFirst().orElseThrow().spi();
  }
}
