package io.keyway.api.ike;

import io.keyway.api.ike.Authentication.Method;
import java.util.List;
import java.util.Optional;

/** What must go together in an {@link Authentication}, in the words of the northbound model. */
public final class AuthenticationRules {
  /** Rounds of one side. */
  public static final int MOST_ROUNDS = 4;

  private AuthenticationRules() {}

  /**
   * Something that is wrong.
   *
   * @param leaf of the model, below {@code authentication}
   * @param reason with the cure
   */
  public record Problem(String leaf, String reason) {}

  /** The first thing that is wrong; empty when all is well. */
  public static Optional<Problem> problem(Authentication how) {
    List<AuthenticationRound> ours = how.localRounds();
    List<AuthenticationRound> theirs = how.remoteRounds();
    long ourEap = ours.stream().filter(AuthenticationRules::isEap).count();
    long theirEap = theirs.stream().filter(AuthenticationRules::isEap).count();
    boolean only = ourEap > 0 && theirEap > 0;
    if (ours.size() > MOST_ROUNDS || theirs.size() > MOST_ROUNDS) {
      return problem(
          ours.size() > MOST_ROUNDS ? "local-round" : "remote-round",
          "one side proves itself in at most " + MOST_ROUNDS + " rounds");
    }
    if (only && (ours.size() > 1 || theirs.size() > 1)) {
      return problem(
          "method",
          "EAP on both sides goes without further rounds; remove them, or EAP on one side");
    }
    if (ourEap > 1 || theirEap > 1) {
      return problem(
          ourEap > 1 ? "local-round" : "remote-round", "one side does EAP in one round only");
    }
    Optional<Problem> tls = tls(how);
    if (tls.isPresent()) {
      return tls;
    }
    if (only) {
      return alone(how.eap());
    }
    for (AuthenticationRound round : ours) {
      if (isEap(round) && round.eap().usesPasswords() && round.eap().secret().isEmpty()) {
        return problem(
            "eap-secret",
            "eap-secret is missing; put the password into the secret store (operation put-secret,"
                + " kind eap-password) and name it here");
      }
    }
    for (AuthenticationRound round : theirs) {
      if (isEap(round) && round.eap().usesPasswords() && round.eap().users().isEmpty()) {
        return problem(
            "eap-user",
            "eap-user is missing; name who may come, each with its password in the secret store");
      }
    }
    return Optional.empty();
  }

  private static Optional<Problem> tls(Authentication how) {
    for (AuthenticationRound round : how.furtherLocal()) {
      if (isEap(round) && round.eap().usesTls()) {
        return problem("local-round", "EAP method tls goes in the first round only");
      }
    }
    for (AuthenticationRound round : how.furtherRemote()) {
      if (isEap(round) && round.eap().usesTls()) {
        return problem("remote-round", "EAP method tls goes in the first round only");
      }
    }
    return how.eap().usesTls() && how.certificates().certificate().isEmpty()
        ? problem(
            "certificate",
            "certificate is missing, which EAP method tls needs of both sides; put ours into x509"
                + " of the keystore directory, its key into private, and name it here")
        : Optional.empty();
  }

  /** Nothing but EAP, for both roles. */
  private static Optional<Problem> alone(EapSettings eap) {
    if (eap.acceptable(true).isEmpty()) {
      return problem(
          "remote-method",
          "no EAP method here proves who the responder is without giving passwords away (RFC 5998);"
              + " let the responder use certificate or pre-shared-key, or say with"
              + " eap-password-only that mschapv2 is enough");
    }
    return !eap.usesTls() && eap.secret().isEmpty() && eap.users().isEmpty()
        ? problem(
            "eap-secret",
            "neither eap-secret, to initiate, nor eap-user, to respond, is there; name one of them")
        : Optional.empty();
  }

  private static boolean isEap(AuthenticationRound round) {
    return round.method() == Method.EAP;
  }

  private static Optional<Problem> problem(String leaf, String reason) {
    return Optional.of(new Problem(leaf, reason));
  }
}
