package io.keyway.northbound.config;

import io.keyway.api.ike.EapSettings;
import io.keyway.api.ike.EapSettings.Type;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/** The leaves of EAP, of the first round or a further one. */
final class EapMapper {

  private static final String METHOD = "eap-method";
  private static final String IDENTITY = "eap-identity";
  private static final String SECRET = "eap-secret";
  private static final String USER = "eap-user";
  private static final String PASSWORD_ONLY = "eap-password-only";

  private EapMapper() {}

  /**
   * Reads them.
   *
   * @param peer whether we use EAP
   * @param server whether the other side does
   */
  static EapSettings read(Tree tree, boolean peer, boolean server) throws InvalidEntryException {
    if (!peer && !server) {
      refuse(tree, "nobody uses EAP", METHOD, IDENTITY, SECRET, USER, PASSWORD_ONLY);
      return EapSettings.NONE;
    }
    if (!peer) {
      refuse(tree, "we do not use EAP", SECRET);
    }
    if (!server) {
      refuse(tree, "the peer does not use EAP", USER);
    }
    if (!peer || !server) {
      refuse(tree, "EAP is not all that both sides do", PASSWORD_ONLY);
    }
    List<Type> methods = new ArrayList<>();
    for (String word : tree.leafList(METHOD)) {
      methods.add(
          Type.ofKeyword(word)
              .orElseThrow(
                  () -> new InvalidEntryException(METHOD, "'" + word + "' is no method of EAP")));
    }
    Map<String, String> users = new LinkedHashMap<>();
    for (Tree user : tree.list(USER)) {
      users.put(user.mandatory("name"), user.mandatory("secret"));
    }
    Optional<String> identity = tree.text(IDENTITY);
    if (!server && identity.filter(EapSettings.ASK::equals).isPresent()) {
      throw new InvalidEntryException(
          IDENTITY, "eap-identity %any asks the peer, which does not use EAP; give our own name");
    }
    return new EapSettings(
        methods, identity, tree.text(SECRET).orElse(""), users, tree.flag(PASSWORD_ONLY, false));
  }

  private static void refuse(Tree tree, String why, String... leaves) throws InvalidEntryException {
    for (String leaf : leaves) {
      // The datastore shows defaults as if they had been written.
      if (tree.has(leaf) && !(leaf.equals(PASSWORD_ONLY) && !tree.flag(leaf, false))) {
        throw AuthenticationMapper.misplaced(leaf, why);
      }
    }
  }

  static void write(Tree tree, EapSettings eap) {
    tree.leafList(METHOD, eap.methods().stream().map(Type::keyword).toList())
        .leaf(IDENTITY, eap.identity());
    if (!eap.secret().isEmpty()) {
      tree.leaf(SECRET, eap.secret());
    }
    if (eap.passwordOnly()) {
      tree.leaf(PASSWORD_ONLY, true);
    }
    List<Tree> users = new ArrayList<>();
    new TreeMap<>(eap.users())
        .forEach((name, secret) -> users.add(new Tree().leaf("name", name).leaf("secret", secret)));
    tree.list(USER, users);
  }
}
