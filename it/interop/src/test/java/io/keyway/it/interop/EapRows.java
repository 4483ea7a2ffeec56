package io.keyway.it.interop;

import io.keyway.it.interop.Peers.Side;
import java.util.List;
import java.util.function.UnaryOperator;

/**
 * EAP and several rounds of authentication: what each end is configured for. Who initiates is the
 * peer of EAP, the other one its server.
 */
final class EapRows {
  static final String USER = "alice@example.org";
  static final String PASSWORD = "a long password of Alice";
  static final String CLIENT = "client.example";
  static final String SERVER = "server.example";
  static final String CHAPTER = "EAP";
  static final String ROUNDS = "Several rounds, RFC 4739";

  private EapRows() {}

  /**
   * One configuration.
   *
   * @param client of who initiates
   * @param server of the other one
   * @param evidence a pattern in charon's log
   */
  record Row(
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

  static UnaryOperator<SwanctlConf> client(String auth) {
    return c -> c.local("auth", auth).local("eap_id", USER);
  }

  static UnaryOperator<SwanctlConf> server(String auth) {
    return c -> c.remote("auth", auth).remote("eap_id", "%any");
  }

  /** EAP-TLS on one side; the names in the certificates are those of IKE. */
  private static UnaryOperator<SwanctlConf> tls(String side, String certificate) {
    return c ->
        side.equals("local")
            ? c.local("auth", "eap-tls").local("certs", certificate)
            : c.remote("auth", "eap-tls").remote("cacerts", "root");
  }

  static UnaryOperator<SwanctlConf> and(
      UnaryOperator<SwanctlConf> first, UnaryOperator<SwanctlConf> second) {
    return c -> second.apply(first.apply(c));
  }

  /** How the server proves itself, at both ends. */
  static UnaryOperator<SwanctlConf> ourCertificate(String method) {
    return c -> c.local("auth", method).local("certs", "server");
  }

  static final UnaryOperator<SwanctlConf> THEIR_CERTIFICATE =
      c -> c.remote("auth", "pubkey").remote("cacerts", "root");

  static List<Row> rows() {
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
            "TLS, server with a certificate in IKE, too",
            and(tls("local", "client"), THEIR_CERTIFICATE),
            and(tls("remote", ""), ourCertificate("pubkey")),
            "EAP method EAP_TLS succeeded, MSK established"),
        new Row(
            "TLS alone, RFC 5998",
            and(tls("local", "client"), tls("remote", "")),
            and(tls("remote", ""), tls("local", "server")),
            "EAP method EAP_TLS succeeded, MSK established"),
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

  static SwanctlConf certificate(SwanctlConf conf, String name) {
    return conf.local("auth", "pubkey")
        .local("certs", name)
        .remote("auth", "pubkey")
        .remote("cacerts", "root");
  }

  static SwanctlConf keyAfterwards(SwanctlConf conf, String us, String them) {
    return conf.round("local-2", "auth", "psk")
        .round("local-2", "id", us)
        .round("remote-2", "auth", "psk")
        .round("remote-2", "id", them);
  }

  static SwanctlConf certificateAfterwards(
      SwanctlConf conf, String us, String certificate, String them) {
    return conf.round("local-2", "auth", "pubkey")
        .round("local-2", "id", us)
        .round("local-2", "certs", certificate)
        .round("remote-2", "auth", "pubkey")
        .round("remote-2", "id", them)
        .round("remote-2", "cacerts", "root");
  }

  /** What both sides of every row have; the change is the row's. */
  static SwanctlConf roles(SwanctlConf conf, boolean client, UnaryOperator<SwanctlConf> change) {
    return change.apply(
        conf.localId(client ? CLIENT : SERVER)
            .remoteId(client ? SERVER : CLIENT)
            .password(USER, PASSWORD)
            .password(CLIENT, PASSWORD));
  }

  /** charon wants the certificate file's whole name. */
  static SwanctlConf charon(SwanctlConf conf, boolean client, UnaryOperator<SwanctlConf> change) {
    return roles(conf, client, change).certificateFiles();
  }

  /** The rows for {@link MatrixIT}. */
  static List<Feature> features() {
    return rows().stream()
        .flatMap(row -> row.initiators().stream().map(side -> feature(row, side)))
        .toList();
  }

  private static Feature feature(Row row, Side initiator) {
    boolean ours = initiator == Side.KEYWAY;
    return Feature.of(
            row.chapter(),
            row.what(),
            c -> roles(c, ours, ours ? row.client() : row.server()),
            c -> charon(c, !ours, ours ? row.server() : row.client()),
            row.evidence())
        .credentials(EapRows::certificates)
        .everywhere()
        .from(initiator);
  }

  static void certificates(Lab lab) {
    Authority root = Authority.root(lab, "root");
    root.certificate("client", "ecdsa-256", "--san", CLIENT);
    root.certificate("server", "ecdsa-256", "--san", SERVER);
    for (Lab.Side side : List.of(lab.left(), lab.right())) {
      root.give(side, "client");
      root.give(side, "server");
      Authority.trust(side, root);
    }
  }
}
