package io.keyway.northbound.config;

import io.keyway.api.ike.Authentication.Method;
import io.keyway.api.ike.AuthenticationRound;
import io.keyway.api.ike.CertificateSettings;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/** Lists {@code local-round} and {@code remote-round}. */
final class RoundMapper {

  private RoundMapper() {}

  /**
   * Reads one of the lists.
   *
   * @param ours whether we prove
   * @param first what the first round has to say of the peer's certificates
   */
  static List<AuthenticationRound> read(
      Tree authentication, String list, boolean ours, CertificateSettings first)
      throws InvalidEntryException {
    List<Tree> entries = new ArrayList<>(authentication.list(list));
    entries.sort(Comparator.comparingLong(e -> e.number("number", 0)));
    List<AuthenticationRound> rounds = new ArrayList<>();
    for (Tree entry : entries) {
      try {
        rounds.add(round(entry, ours, first));
      } catch (InvalidEntryException e) {
        throw e.below(list + "=" + entry.text("number").orElse("?"));
      }
    }
    return rounds;
  }

  private static AuthenticationRound round(Tree tree, boolean ours, CertificateSettings first)
      throws InvalidEntryException {
    Method method = AuthenticationMapper.method(tree, "method", Method.PRE_SHARED_KEY);
    boolean key = method == Method.PRE_SHARED_KEY;
    boolean certificate = method == Method.CERTIFICATE;
    boolean eap = method == Method.EAP;
    if (key != tree.has("secret")) {
      throw key
          ? new InvalidEntryException("secret", "secret is missing; name the pre-shared key")
          : AuthenticationMapper.misplaced("secret", "the round uses no pre-shared key");
    }
    if (certificate && ours && !tree.has("certificate")) {
      throw new InvalidEntryException("certificate", "certificate is missing; name ours");
    }
    if (!certificate) {
      for (String leaf : new String[] {"certificate", "private-key", "ca-certificate"}) {
        if (tree.has(leaf)) {
          throw AuthenticationMapper.misplaced(leaf, "the round uses no certificate");
        }
      }
    }
    String ourCertificate = tree.text("certificate").orElse("");
    return new AuthenticationRound(
        method,
        AuthenticationMapper.identity(tree, "id"),
        tree.text("secret").orElse(""),
        certificate
            ? new CertificateSettings(
                ourCertificate,
                tree.text("private-key").orElse(ourCertificate),
                tree.leafList("ca-certificate"),
                first.revocation(),
                first.revocationHosts(),
                first.signatures())
            : CertificateSettings.NONE,
        EapMapper.read(tree, ours && eap, !ours && eap));
  }

  static void write(Tree authentication, String list, List<AuthenticationRound> rounds) {
    List<Tree> entries = new ArrayList<>();
    for (AuthenticationRound round : rounds) {
      Tree tree =
          new Tree()
              .leaf("number", entries.size() + 2)
              .leaf("method", AuthenticationMapper.word(round.method()))
              .leaf("id", round.identity());
      if (!round.secret().isEmpty()) {
        tree.leaf("secret", round.secret());
      }
      CertificateSettings settings = round.certificates();
      if (!settings.certificate().isEmpty()) {
        tree.leaf("certificate", settings.certificate());
      }
      if (!settings.privateKey().equals(settings.certificate())) {
        tree.leaf("private-key", settings.privateKey());
      }
      tree.leafList("ca-certificate", settings.authorities());
      EapMapper.write(tree, round.eap());
      entries.add(tree);
    }
    authentication.list(list, entries);
  }
}
