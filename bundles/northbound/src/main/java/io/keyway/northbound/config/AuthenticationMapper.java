package io.keyway.northbound.config;

import io.keyway.api.ike.Authentication;
import io.keyway.api.ike.Identity;
import java.util.Optional;

/** Grouping {@code authentication}. */
final class AuthenticationMapper {

  private static final String PRE_SHARED_KEY = "pre-shared-key";

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
    String method = tree.text("method").orElse(PRE_SHARED_KEY);
    if (!method.equals(PRE_SHARED_KEY)) {
      throw new InvalidEntryException(
          "method", "no installed engine can do '" + method + "'; use pre-shared-key");
    }
    for (String other : new String[] {"certificate", "private-key", "ca-certificate"}) {
      if (tree.has(other)) {
        throw new InvalidEntryException(other, other + " does not go with method " + method);
      }
    }
    if (!tree.has("secret")) {
      throw new InvalidEntryException(
          "secret",
          "secret is missing; put the pre-shared key into the secret store (operation put-secret)"
              + " and name it here");
    }
    return new Authentication(
        Authentication.Method.PRE_SHARED_KEY,
        identity(tree, "local-id"),
        identity(tree, "remote-id"),
        tree.mandatory("secret"));
  }

  private static Optional<Identity> identity(Tree tree, String leaf) throws InvalidEntryException {
    Optional<String> text = tree.text(leaf);
    try {
      return text.map(Identity::parse);
    } catch (IllegalArgumentException e) {
      throw new InvalidEntryException(
          leaf,
          "'"
              + text.get()
              + "' is not an identity; write an IP address, a domain name, user@domain, or @#"
              + " followed by hexadecimal digits");
    }
  }

  static void write(Tree entry, Optional<Authentication> authentication) {
    authentication.ifPresent(
        a ->
            entry.container(
                "authentication",
                new Tree()
                    .leaf("method", PRE_SHARED_KEY)
                    .leaf("local-id", a.localId())
                    .leaf("remote-id", a.remoteId())
                    .leaf("secret", a.secret())));
  }
}
