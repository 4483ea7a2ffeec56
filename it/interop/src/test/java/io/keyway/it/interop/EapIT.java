package io.keyway.it.interop;

import static org.assertj.core.api.Assertions.assertThat;

import io.keyway.it.interop.Peers.Side;
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
  private static final String USER = "alice@example.org";
  private static final String PASSWORD = "a long password of Alice";
  private static final String CLIENT = "client.example";
  private static final String SERVER = "server.example";
  private static final int MSK = 64;
  private static final String CHAPTER = "EAP";
  private static final String ROUNDS = "Several rounds, RFC 4739";

  /**
   * One configuration.
   *
   * @param client of who initiates
   * @param server of the other one
   * @param evidence a pattern in charon's log
   */
  private record Row(
      String chapter,
      String what,
      UnaryOperator<SwanctlConf> client,
      UnaryOperator<SwanctlConf> server,
      String evidence,
      List<Side> initiators) {
    Row(
        String what,
        UnaryOperator<SwanctlConf> client,
        UnaryOperator<SwanctlConf> server,
        String evidence) {
      this(CHAPTER, what, client, server, evidence, List.of(Side.values()));
    }

    Row only(Side side) {
      return new Row(chapter, what, client, server, evidence, List.of(side));
    }

    Row rounds() {
      return new Row(ROUNDS, what, client, server, evidence, initiators);
    }
  }

  private static UnaryOperator<SwanctlConf> client(String auth) {
    return c -> c.local("auth", auth).local("eap_id", USER);
  }

  private static UnaryOperator<SwanctlConf> server(String auth) {
    return c -> c.remote("auth", auth).remote("eap_id", "%any");
  }

  private static UnaryOperator<SwanctlConf> and(
      UnaryOperator<SwanctlConf> first, UnaryOperator<SwanctlConf> second) {
    return c -> second.apply(first.apply(c));
  }

  /** How the server proves itself, at both ends. */
  private static UnaryOperator<SwanctlConf> ourCertificate(String method) {
    return c -> c.local("auth", method).local("certs", "server");
  }

  private static final UnaryOperator<SwanctlConf> THEIR_CERTIFICATE =
      c -> c.remote("auth", "pubkey").remote("cacerts", "root");

  private static List<Row> rows() {
    return List.of(
        new Row(
            "MSCHAPv2, server with a certificate, EAP-Identity",
            and(client("eap-mschapv2"), THEIR_CERTIFICATE),
            and(server("eap-mschapv2"), ourCertificate("pubkey")),
            "EAP method EAP_MSCHAPV2 succeeded, MSK established"),
        new Row(
            "MSCHAPv2, server with a shared key, the IKE identity as user",
            c -> c.local("auth", "eap-mschapv2"),
            c -> c.remote("auth", "eap-mschapv2"),
            "EAP method EAP_MSCHAPV2 succeeded, MSK established"),
        new Row(
            "MD5, EAP-Identity",
            client("eap-md5"),
            server("eap-md5"),
            "EAP method EAP_MD5 succeeded, no MSK established"),
        new Row(
                "EAP-Nak, another method is agreed on",
                client("eap-md5"),
                server("eap-mschapv2, eap-md5"),
                "EAP method EAP_MD5 succeeded, no MSK established")
            .only(Side.CHARON),
        new Row(
                "MSCHAPv2 alone, RFC 5998",
                and(client("eap-mschapv2"), c -> c.remote("auth", "eap-mschapv2")),
                and(server("eap-mschapv2"), c -> c.local("auth", "eap-mschapv2")),
                "EAP method EAP_MSCHAPV2 succeeded, MSK established")
            .only(Side.KEYWAY),
        new Row(
                "Certificate, then MSCHAPv2",
                c ->
                    certificate(c, "client")
                        .round("local-2", "auth", "eap-mschapv2")
                        .round("local-2", "id", CLIENT)
                        .round("local-2", "eap_id", USER),
                c ->
                    certificate(c, "server")
                        .round("remote-2", "auth", "eap-mschapv2")
                        .round("remote-2", "eap_id", "%any"),
                "(?s)authentication of '"
                    + CLIENT
                    + "'.* with (ECDSA|ECDSA_WITH)\\S*.*EAP method EAP_MSCHAPV2 succeeded")
            .rounds(),
        // charon, as client with a shared key or EAP of its own, wants everything of the server in
        // its first message.
        new Row(
                "Shared key, then certificate, on both sides",
                c -> certificateAfterwards(c, CLIENT, "client", SERVER),
                c -> certificateAfterwards(c, SERVER, "server", CLIENT),
                "(?s)with pre-shared key.*with ECDSA_WITH_SHA256_DER")
            .rounds()
            .only(Side.KEYWAY),
        new Row(
                "Certificate, then shared key, on both sides",
                c -> keyAfterwards(certificate(c, "client"), CLIENT, SERVER),
                c -> keyAfterwards(certificate(c, "server"), SERVER, CLIENT),
                "(?s)with ECDSA_WITH_SHA256_DER.*with pre-shared key")
            .rounds(),
        new Row(
                "The server in two rounds, the client in one",
                c ->
                    certificate(c, "client")
                        .round("remote-2", "auth", "psk")
                        .round("remote-2", "id", SERVER),
                c ->
                    certificate(c, "server")
                        .round("local-2", "auth", "psk")
                        .round("local-2", "id", SERVER),
                "(?s)with ECDSA_WITH_SHA256_DER.*with pre-shared key")
            .rounds());
  }

  private static SwanctlConf certificate(SwanctlConf conf, String name) {
    return conf.local("auth", "pubkey")
        .local("certs", name)
        .remote("auth", "pubkey")
        .remote("cacerts", "root");
  }

  private static SwanctlConf keyAfterwards(SwanctlConf conf, String us, String them) {
    return conf.round("local-2", "auth", "psk")
        .round("local-2", "id", us)
        .round("remote-2", "auth", "psk")
        .round("remote-2", "id", them);
  }

  private static SwanctlConf certificateAfterwards(
      SwanctlConf conf, String us, String certificate, String them) {
    return conf.round("local-2", "auth", "pubkey")
        .round("local-2", "id", us)
        .round("local-2", "certs", certificate)
        .round("remote-2", "auth", "pubkey")
        .round("remote-2", "id", them)
        .round("remote-2", "cacerts", "root");
  }

  /** What both sides of every row have; the side says where certificates are. */
  private static SwanctlConf conf(
      Lab lab, Side side, boolean client, UnaryOperator<SwanctlConf> change) {
    boolean left = side == Side.KEYWAY;
    SwanctlConf conf =
        SwanctlConf.cnr(left ? lab.left() : lab.right(), left ? lab.right() : lab.left())
            .localId(client ? CLIENT : SERVER)
            .remoteId(client ? SERVER : CLIENT)
            .password(USER, PASSWORD)
            .password(CLIENT, PASSWORD);
    return change.apply(conf);
  }

  private static void certificates(Lab lab) {
    Authority root = Authority.root(lab, "root");
    root.certificate("client", "ecdsa-256", "--san", CLIENT);
    root.certificate("server", "ecdsa-256", "--san", SERVER);
    for (Lab.Side side : List.of(lab.left(), lab.right())) {
      root.give(side, "client");
      root.give(side, "server");
      Authority.trust(side, root);
    }
  }

  @Test
  void everyRowComesUpWithTheSameKeys(Lab lab) throws Exception {
    certificates(lab);
    Peers peers = Peers.start(lab);
    List<String> failed = new ArrayList<>();
    int added = 0;
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
        }
        Matrix.passed(row.chapter(), row.what(), initiator, Matrix.Way.V4);
      }
    }
    assertThat(failed).isEmpty();
    KnownSecrets secrets = KnownSecrets.of(lab);
    assertThat(secrets.count(PASSWORD)).as("passwords that no log may show").isPositive();
    assertThat(secrets.count(MSK)).as("keys that EAP made, and no log may show").isPositive();
  }

  /** All of them in a long run; one in a short run, in turns. */
  private static List<Side> some(List<Side> all, int twice) {
    return Matrix.LONG ? all : List.of(all.get(twice / 2 % all.size()));
  }

  private static void load(Peers peers, Row row, Side initiator) {
    boolean ours = initiator == Side.KEYWAY;
    peers.keyway().load(conf(peers.lab(), Side.KEYWAY, ours, ours ? row.client() : row.server()));
    peers
        .charon()
        .load(conf(peers.lab(), Side.CHARON, !ours, pem(ours ? row.server() : row.client())));
  }

  /** charon wants the file's whole name. */
  private static UnaryOperator<SwanctlConf> pem(UnaryOperator<SwanctlConf> change) {
    return c -> change.apply(c).certificateFiles();
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
