package io.keyway.it.interop;

import static org.assertj.core.api.Assertions.assertThat;

import io.keyway.it.interop.Peers.Side;
import io.keyway.it.kit.lab.Await;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Both ends begin something at the same time (RFC 7296 section 2.25): while nothing passes between
 * them both send a request, and only then does the path open again.
 */
@Interop
class CollisionsIT {

  private enum Move {
    CHILD,
    IKE,
    DELETE_CHILD
  }

  private static Peers peers(Lab lab) {
    return Peers.start(
        lab,
        c -> c,
        Map.of(),
        c -> c,
        Map.of("retransmit_timeout", "1.0", "retransmit_tries", "9", "retransmit_base", "1.2"));
  }

  /** Drops what arrives: a sender that may not send would be told so, and that is another case. */
  private static void close(Lab.Side side) {
    side.ns().run("nft", "add table ip kw").orFail();
    side.ns().run("nft", "add chain ip kw in { type filter hook input priority 0; }").orFail();
    side.ns().run("nft", "add rule ip kw in udp dport 500 counter drop").orFail();
  }

  /** Both requests are under way before either arrives. */
  private static void collide(Peers peers, Move ours, Move theirs) {
    Lab lab = peers.lab();
    close(lab.left());
    close(lab.right());
    String before = peers.charon().log();
    long sent = peers.keyway().counter("ike-retransmissions");
    CompletableFuture<Keyway.Answer> answer =
        CompletableFuture.supplyAsync(
            () ->
                switch (ours) {
                  case CHILD -> peers.keyway().rekeyChild();
                  case IKE -> peers.keyway().rekeyIke();
                  case DELETE_CHILD -> peers.keyway().terminateChild();
                });
    switch (theirs) {
      case CHILD -> peers.charon().rekeyChild();
      case IKE -> peers.charon().rekeyIke();
      case DELETE_CHILD ->
          CompletableFuture.runAsync(
              () -> peers.charon().swanctl("--terminate", "--child", SwanctlConf.CHILD));
    }
    Await.until(
        "charon repeats its request",
        () -> peers.charon().log().substring(before.length()).contains("retransmit 1 of request"));
    Await.until(
        "Keyway repeats its request", () -> peers.keyway().counter("ike-retransmissions") > sent);
    lab.left().ns().run("nft", "delete table ip kw").orFail();
    lab.right().ns().run("nft", "delete table ip kw").orFail();
    // Whether ours or theirs won: it must be answered in the end.
    Keyway.Answer outcome = answer.join();
    assertThat(outcome.outcome()).as(outcome.toString()).isNotEqualTo("UNKNOWN");
  }

  /** One pair at both ends, the same, in use, and on an IKE SA that still works. */
  private static void settles(Peers peers) {
    Await.until(
        "one pair is left at both ends",
        () -> {
          List<SaKeys> ours = SaKeys.sorted(peers.keyway().stub().installed());
          List<SaKeys> theirs = SaKeys.sorted(peers.charon().stub().installed());
          return ours.size() == 2 && ours.equals(theirs);
        });
    peers.awaitOnly(SaKeys.sorted(peers.keyway().stub().installed()));
    Await.until("one IKE SA is left", () -> peers.keyway().established() == 1);
    Await.until(
        "it is the same one",
        () -> peers.charon().sas().contains(peers.keyway().ikeSpis().split(" ")[0]));
    int added = peers.charon().stub().added().size();
    peers.rekeyChild(Side.KEYWAY);
    List<SaKeys> fresh = peers.charon().stub().awaitPair(added + 2);
    peers.awaitOnly(fresh);
    peers.rekeyIke(Side.CHARON);
    peers.awaitOnly(fresh);
  }

  @ParameterizedTest
  @CsvSource({"CHILD, CHILD", "IKE, IKE", "CHILD, IKE", "IKE, CHILD"})
  void rekeysOfBothSidesSettle(Move ours, Move theirs, Lab lab) {
    Peers peers = peers(lab);
    peers.up(Side.KEYWAY);

    collide(peers, ours, theirs);

    settles(peers);
  }

  @ParameterizedTest
  @EnumSource(Side.class)
  void aDeleteWinsOverARekey(Side deletes, Lab lab) {
    Peers peers = peers(lab);
    peers.up(Side.CHARON);

    collide(
        peers,
        deletes == Side.KEYWAY ? Move.DELETE_CHILD : Move.CHILD,
        deletes == Side.KEYWAY ? Move.CHILD : Move.DELETE_CHILD);

    // Either the delete was first, and nothing is left, or the rekey was, and one pair is.
    Await.until(
        "both ends agree on what is left",
        () -> {
          List<SaKeys> ours = SaKeys.sorted(peers.keyway().stub().installed());
          List<SaKeys> theirs = SaKeys.sorted(peers.charon().stub().installed());
          return ours.equals(theirs) && (ours.isEmpty() || ours.size() == 2);
        });
    assertThat(peers.keyway().established()).isEqualTo(1);
  }
}
