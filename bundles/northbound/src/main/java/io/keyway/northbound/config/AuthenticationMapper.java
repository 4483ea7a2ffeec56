package io.keyway.northbound.config;

import io.keyway.api.ike.Authentication;
import io.keyway.api.ike.Authentication.Method;
import io.keyway.api.ike.AuthenticationRules;
import io.keyway.api.ike.CertificateSettings;
import io.keyway.api.ike.CertificateSettings.Revocation;
import io.keyway.api.ike.Identity;
import io.keyway.api.ike.IdentityPattern;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/** Grouping {@code authentication}. */
final class AuthenticationMapper {

  private static final String PRE_SHARED_KEY = "pre-shared-key";
  private static final String LOCAL_ROUND = "local-round";
  private static final String REMOTE_ROUND = "remote-round";

  private AuthenticationMapper() {}

  static Optional<Authentication> read(Tree entry) throws InvalidEntryException {
    Optional<Tree> found = entry.container("authentication");
    if (found.isEmpty()) {
      return Optional.empty();
    }
    try {
      return Optional.of(readContainer(found.get()));
    } catch (InvalidEntryException e) {
      throw e.below("authentication");
    }
  }

  private static Authentication readContainer(Tree tree) throws InvalidEntryException {
    Method local = method(tree, "method", Method.PRE_SHARED_KEY);
    Method remote = method(tree, "remote-method", local);
    boolean key = local == Method.PRE_SHARED_KEY || remote == Method.PRE_SHARED_KEY;
    if (key && !tree.has("secret")) {
      throw new InvalidEntryException(
          "secret",
          "secret is missing; put the pre-shared key into the secret store (operation put-secret)"
              + " and name it here");
    }
    if (!key && tree.has("secret")) {
      throw misplaced("secret", "neither side uses a pre-shared key");
    }
    CertificateSettings certificates = certificates(tree, local, remote);
    Optional<IdentityPattern> peers = pattern(tree);
    Authentication how =
        new Authentication(
            local,
            remote,
            identity(tree, "local-id"),
            peers.isPresent() ? Optional.empty() : identity(tree, "remote-id"),
            tree.text("secret").orElse(""),
            certificates,
            EapMapper.read(tree, local == Method.EAP, remote == Method.EAP),
            new Authentication.Extras(peers, PpkMapper.read(tree)),
            RoundMapper.read(tree, LOCAL_ROUND, true, certificates),
            RoundMapper.read(tree, REMOTE_ROUND, false, certificates));
    Optional<AuthenticationRules.Problem> problem = AuthenticationRules.problem(how);
    if (problem.isPresent()) {
      throw new InvalidEntryException(problem.get().leaf(), problem.get().reason());
    }
    return how;
  }

  static Method method(Tree tree, String leaf, Method absent) throws InvalidEntryException {
    Optional<String> word = tree.text(leaf);
    if (word.isEmpty()) {
      return absent;
    }
    return switch (word.get()) {
      case PRE_SHARED_KEY -> Method.PRE_SHARED_KEY;
      case "certificate" -> Method.CERTIFICATE;
      case "eap" -> Method.EAP;
      default ->
          throw new InvalidEntryException(
              leaf,
              "no installed engine can do '"
                  + word.get()
                  + "'; use pre-shared-key, certificate or eap");
    };
  }

  private static CertificateSettings certificates(Tree tree, Method local, Method remote)
      throws InvalidEntryException {
    if (local == Method.CERTIFICATE && !tree.has("certificate")) {
      throw new InvalidEntryException(
          "certificate",
          "certificate is missing; put ours into x509 of the keystore directory, its key into"
              + " private, and name it here");
    }
    boolean tls = tree.leafList("eap-method").contains("tls");
    if (local != Method.CERTIFICATE && !tls) {
      for (String leaf : new String[] {"certificate", "private-key"}) {
        if (tree.has(leaf)) {
          throw misplaced(leaf, "method is not certificate");
        }
      }
    }
    boolean later =
        tree.list(REMOTE_ROUND).stream()
            .anyMatch(r -> r.text("method").filter("certificate"::equals).isPresent());
    for (String leaf : new String[] {"ca-certificate", "revocation-host"}) {
      // The hosts are for all rounds.
      boolean useful = later && leaf.equals("revocation-host");
      if (remote != Method.CERTIFICATE && !tls && !useful && tree.has(leaf)) {
        throw misplaced(leaf, "the peer does not use a certificate");
      }
    }
    String certificate = tree.text("certificate").orElse("");
    return new CertificateSettings(
        certificate,
        tree.text("private-key").orElse(certificate),
        tree.leafList("ca-certificate"),
        tree.text("revocation")
            .map(word -> Revocation.valueOf(word.toUpperCase(Locale.ROOT)))
            .orElse(Revocation.RELAXED),
        tree.leafList("revocation-host"),
        tree.leafList("signature"));
  }

  static InvalidEntryException misplaced(String leaf, String why) {
    return new InvalidEntryException(leaf, leaf + " has no use here: " + why + "; remove it");
  }

  private static Optional<IdentityPattern> pattern(Tree tree) throws InvalidEntryException {
    try {
      return tree.text("remote-id").filter(IdentityPattern::isPattern).map(IdentityPattern::parse);
    } catch (IllegalArgumentException e) {
      throw new InvalidEntryException("remote-id", e.getMessage());
    }
  }

  static Optional<Identity> identity(Tree tree, String leaf) throws InvalidEntryException {
    Optional<String> text = tree.text(leaf);
    if (text.filter(IdentityPattern::isPattern).isPresent()) {
      throw new InvalidEntryException(
          leaf, "'" + text.get() + "' stands for many; write the one identity that we have");
    }
    try {
      return text.map(Identity::parse);
    } catch (IllegalArgumentException e) {
      throw new InvalidEntryException(
          leaf,
          "'"
              + text.get()
              + "' is not an identity; write an IP address, a domain name, user@domain, @#"
              + " followed by hexadecimal digits, or a distinguished name such as C=CH, CN=gw");
    }
  }

  static void write(Tree entry, Optional<Authentication> authentication) {
    authentication.ifPresent(a -> entry.container("authentication", tree(a)));
  }

  private static Tree tree(Authentication a) {
    Tree tree = new Tree().leaf("method", word(a.method()));
    if (a.remoteMethod() != a.method()) {
      tree.leaf("remote-method", word(a.remoteMethod()));
    }
    PpkMapper.write(a.ppk(), tree);
    tree.leaf("local-id", a.localId()).leaf("remote-id", a.remoteId());
    tree.leaf("remote-id", a.remotePattern());
    if (!a.secret().isEmpty()) {
      tree.leaf("secret", a.secret());
    }
    CertificateSettings settings = a.certificates();
    if (!settings.certificate().isEmpty()) {
      tree.leaf("certificate", settings.certificate());
    }
    if (!settings.privateKey().equals(settings.certificate())) {
      tree.leaf("private-key", settings.privateKey());
    }
    tree.leafList("ca-certificate", settings.authorities());
    if (settings.revocation() != Revocation.RELAXED) {
      tree.leaf("revocation", settings.revocation().name().toLowerCase(Locale.ROOT));
    }
    tree.leafList("revocation-host", settings.revocationHosts())
        .leafList("signature", List.copyOf(settings.signatures()));
    EapMapper.write(tree, a.eap());
    RoundMapper.write(tree, LOCAL_ROUND, a.furtherLocal());
    RoundMapper.write(tree, REMOTE_ROUND, a.furtherRemote());
    return tree;
  }

  static String word(Method method) {
    return method.name().toLowerCase(Locale.ROOT).replace('_', '-');
  }
}
