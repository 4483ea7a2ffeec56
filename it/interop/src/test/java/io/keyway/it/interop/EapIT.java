package io.keyway.it.interop;

import static io.keyway.it.interop.EapRows.CHAPTER;
import static io.keyway.it.interop.EapRows.CLIENT;
import static io.keyway.it.interop.EapRows.PASSWORD;
import static io.keyway.it.interop.EapRows.USER;
import static io.keyway.it.interop.EapRows.and;
import static io.keyway.it.interop.EapRows.certificate;
import static io.keyway.it.interop.EapRows.certificates;
import static io.keyway.it.interop.EapRows.client;
import static io.keyway.it.interop.EapRows.rows;
import static io.keyway.it.interop.EapRows.server;
import static org.assertj.core.api.Assertions.assertThat;

import io.keyway.it.interop.EapRows.Row;
import io.keyway.it.interop.Peers.Side;
import io.keyway.it.kit.lab.Await;
import java.util.ArrayList;
import java.util.List;
import java.util.function.UnaryOperator;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/**
 * EAP and several rounds of authentication with charon, in both roles, on one pair of peers whose
 * configuration changes from row to row. Who initiates is the peer of EAP, the other one its
 * server. {@code ./keyway test} takes each row from one side, {@code --long} from both.
 */
@Interop
class EapIT {
  private static final int MSK = 64;

  @Test
  void everyRowComesUpWithTheSameKeys(Lab lab) throws Exception {
    certificates(lab);
    Peers peers = Peers.start(lab);
    List<String> failed = new ArrayList<>();
    int added = 0;
    long keys = 0;
    for (Row row : rows()) {
      for (Side initiator : some(row.initiators(), added)) {
        int before = peers.charon().log().length();
        load(peers, row, initiator);
        peers.initiate(initiator);
        added += 2;
        peers.agreed(added);
        peers.terminateIke(initiator);
        peers.awaitNothingInstalled();
        String log = peers.charon().log().substring(before);
        if (!Pattern.compile(row.evidence()).matcher(log).find()) {
          failed.add(row.what() + " from " + initiator + ": charon does not say " + row.evidence());
        } else {
          Matrix.passed(row.chapter(), row.what(), initiator, Matrix.Way.V4);
        }
        long made = KnownSecrets.of(lab).ofAuth(MSK);
        if (row.evidence().contains("succeeded, MSK established") && made == keys) {
          failed.add(row.what() + ": the key that EAP made is not looked for in logs");
        }
        keys = made;
      }
    }
    assertThat(failed).isEmpty();
    KnownSecrets secrets = KnownSecrets.of(lab);
    assertThat(secrets.count(PASSWORD)).as("passwords that no log may show").isPositive();
    assertThat(secrets.ofAuth(MSK)).as("keys that EAP made, and no log may show").isPositive();
  }

  /** All of them in a long run; one in a short run, in turns. */
  private static List<Side> some(List<Side> all, int twice) {
    return Matrix.LONG ? all : List.of(all.get(twice / 2 % all.size()));
  }

  private static void load(Peers peers, Row row, Side initiator) {
    boolean ours = initiator == Side.KEYWAY;
    Lab.Side left = peers.lab().left();
    Lab.Side right = peers.lab().right();
    peers
        .keyway()
        .load(
            EapRows.roles(SwanctlConf.cnr(left, right), ours, ours ? row.client() : row.server()));
    peers
        .charon()
        .load(
            EapRows.charon(
                SwanctlConf.cnr(right, left), !ours, ours ? row.server() : row.client()));
  }

  /** What is refused, and what both sides say. */
  private record Refusal(
      String what,
      UnaryOperator<SwanctlConf> client,
      UnaryOperator<SwanctlConf> server,
      String ourReason,
      List<Side> initiators) {}

  private static List<Refusal> refusals() {
    List<Side> both = List.of(Side.values());
    UnaryOperator<SwanctlConf> wrong = c -> c.password(USER, "another password of Alice");
    UnaryOperator<SwanctlConf> stranger =
        c -> c.local("eap_id", "mallory").password("mallory", PASSWORD);
    return List.of(
        new Refusal(
            "a wrong password, MSCHAPv2",
            and(client("eap-mschapv2"), wrong),
            server("eap-mschapv2"),
            "gave a wrong password|wrong user or password",
            both),
        new Refusal(
            "a wrong password, MD5",
            and(client("eap-md5"), wrong),
            server("eap-md5"),
            "gave a wrong password|EAP-Failure",
            both),
        new Refusal(
            "an unknown user, MSCHAPv2",
            and(client("eap-mschapv2"), stranger),
            server("eap-mschapv2"),
            "no EAP user 'mallory'",
            List.of(Side.CHARON)),
        new Refusal(
            "no method in common",
            client("eap-md5"),
            server("eap-mschapv2"),
            "accepts none of our EAP methods|insists on EAP type 26",
            both),
        new Refusal(
            "MSCHAPv2 alone, which charon does not take",
            and(client("eap-mschapv2"), c -> c.remote("auth", "eap-mschapv2")),
            and(server("eap-mschapv2"), c -> c.local("auth", "eap-mschapv2")),
            "",
            List.of(Side.CHARON)),
        new Refusal(
            "one round, where two are due",
            c -> certificate(c, "client"),
            c -> certificate(c, "server").round("remote-2", "auth", "psk"),
            "(?i)rounds|AUTHENTICATION_FAILED",
            both),
        new Refusal(
            "a wrong password in the second round",
            and(
                c ->
                    certificate(c, "client")
                        .round("local-2", "auth", "eap-mschapv2")
                        .round("local-2", "id", CLIENT)
                        .round("local-2", "eap_id", USER),
                wrong),
            c ->
                certificate(c, "server")
                    .round("remote-2", "auth", "eap-mschapv2")
                    .round("remote-2", "eap_id", "%any"),
            "gave a wrong password|wrong user or password",
            both));
  }

  @Test
  void whoDoesNotProveEverythingGetsNothing(Lab lab) {
    certificates(lab);
    Peers peers = Peers.start(lab);
    int number = 0;
    for (Refusal refusal : refusals()) {
      for (Side initiator : some(refusal.initiators(), 2 * number++)) {
        Row row =
            new Row(
                CHAPTER,
                refusal.what(),
                refusal.client(),
                refusal.server(),
                "",
                List.of(initiator));
        load(peers, row, initiator);
        int events = peers.keyway().authenticationFailures().size();
        String ours = "";
        if (initiator == Side.KEYWAY) {
          Keyway.Answer answer = peers.keyway().initiate();
          assertThat(answer.ok()).as(refusal.what()).isFalse();
          ours = answer.reason();
        } else {
          assertThat(peers.charon().initiate().ok()).as(refusal.what()).isFalse();
        }
        Await.until(
            "Keyway tells of '" + refusal.what() + "' from " + initiator,
            () -> peers.keyway().authenticationFailures().size() > events);
        String told = peers.keyway().authenticationFailures().get(events);
        assertThat(ours + " " + told).as(refusal.what()).containsPattern(refusal.ourReason());
        Await.until("nothing is left", () -> peers.keyway().count() == 0);
        peers.awaitNothingInstalled();
      }
    }
  }
}
