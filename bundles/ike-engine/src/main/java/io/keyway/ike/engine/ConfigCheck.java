package io.keyway.ike.engine;

import io.keyway.api.crypto.EspProposal;
import io.keyway.api.crypto.IkeProposal;
import io.keyway.api.crypto.KeyExchangeMethod;
import io.keyway.api.ike.Authentication;
import io.keyway.api.ike.Authentication.Method;
import io.keyway.api.ike.AuthenticationRound;
import io.keyway.api.ike.AuthenticationRules;
import io.keyway.api.ike.ChildConfig;
import io.keyway.api.ike.ConnectionConfig;
import io.keyway.api.ike.PeerRanges;
import io.keyway.api.ts.TrafficSelector;
import io.keyway.ike.crypto.IkeCrypto;
import io.keyway.ike.crypto.sign.SignatureScheme;
import io.keyway.ike.engine.negotiate.RedirectNotify;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;

/** What a connection must have to be negotiated at all. */
final class ConfigCheck {
  /** A range makes 254 of them at worst. */
  private static final int MOST_PREFIXES = 1024;

  private ConfigCheck() {}

  /** The first thing that is wrong, with its cure; empty when all is well. */
  static Optional<String> problem(ConnectionConfig config, IkeCrypto crypto) {
    if (config.proposals().isEmpty()) {
      return Optional.of("no IKE proposal; name at least one");
    }
    Optional<String> algorithm = algorithmProblem(config, crypto);
    if (algorithm.isPresent()) {
      return algorithm;
    }
    if (!isPort(config.localPort()) || !isPort(config.remotePort())) {
      return Optional.of("UDP ports are 1 to 65535");
    }
    Optional<String> astray =
        config.options().redirection().to().filter(to -> !RedirectNotify.isGateway(to));
    if (astray.isPresent()) {
      return Optional.of(
          "redirect-to '" + astray.get() + "' is neither an address nor a domain name");
    }
    Optional<String> authentication = authentication(config.authentication());
    if (authentication.isPresent()) {
      return authentication;
    }
    if (config.remoteAddress().isPresent()
        && config.remoteAddress().get().getAddress().length
            != config.localAddress().getAddress().length) {
      return Optional.of("local and remote address are of two families");
    }
    Optional<String> ranges = ranges(config);
    if (ranges.isPresent()) {
      return ranges;
    }
    if (config.options().encapsulation() && !config.natTraversal()) {
      return Optional.of(
          "force-encapsulation needs nat-traversal; switch that on, or the other off");
    }
    Set<String> names = new HashSet<>();
    for (ChildConfig child : config.children()) {
      if (!names.add(child.name())) {
        return Optional.of("two children are called '" + child.name() + "'");
      }
      if (child.proposals().isEmpty()) {
        return Optional.of("child '" + child.name() + "' has no ESP proposal; name at least one");
      }
      if (child.localTs().isEmpty() || child.remoteTs().isEmpty()) {
        return Optional.of("child '" + child.name() + "' has no traffic selectors on one side");
      }
      if (child.localTs().size() > 255 || child.remoteTs().size() > 255) {
        return Optional.of(
            "child '" + child.name() + "' has more than 255 traffic selectors on one side");
      }
    }
    return Optional.empty();
  }

  /** Offered is only what gave the known answer on this machine. */
  private static Optional<String> algorithmProblem(ConnectionConfig config, IkeCrypto crypto) {
    List<KeyExchangeMethod> methods = new ArrayList<>();
    for (IkeProposal proposal : config.proposals()) {
      Optional<String> flaw = crypto.flaw(proposal.encryption());
      if (flaw.isPresent()) {
        return Optional.of("IKE proposal '" + proposal.name() + "': " + flaw.get());
      }
      methods.add(proposal.keyExchange());
      methods.addAll(proposal.additional());
    }
    for (ChildConfig child : config.children()) {
      for (EspProposal proposal : child.proposals()) {
        proposal.keyExchange().ifPresent(methods::add);
        methods.addAll(proposal.additional());
      }
    }
    return methods.stream().map(crypto::flaw).flatMap(Optional::stream).findFirst();
  }

  private static Optional<String> authentication(Authentication how) {
    if (how.ppk().required() && !how.ppk().isUsed()) {
      return Optional.of("a PPK is required, but none is configured; name one");
    }
    if (Stream.concat(how.localRounds().stream(), how.remoteRounds().stream())
        .anyMatch(r -> r.method() == Method.PRE_SHARED_KEY && r.secret().isEmpty())) {
      return Optional.of("no secret is named; name one of the secret store");
    }
    if (how.localRounds().stream()
        .filter(r -> r.method() == Method.CERTIFICATE)
        .map(AuthenticationRound::certificates)
        .anyMatch(c -> c.certificate().isEmpty() || c.privateKey().isEmpty())) {
      return Optional.of("no certificate with its private key is named; name both");
    }
    Optional<AuthenticationRules.Problem> rules = AuthenticationRules.problem(how);
    if (rules.isPresent()) {
      return rules.map(AuthenticationRules.Problem::reason);
    }
    return how.certificates().signatures().stream()
        .filter(word -> SignatureScheme.ofKeyword(word).isEmpty())
        .findFirst()
        .map(word -> "'" + word + "' is no signature scheme");
  }

  private static boolean isPort(int port) {
    return port > 0 && port < 65536;
  }

  private static Optional<String> ranges(ConnectionConfig config) {
    for (TrafficSelector range : config.remoteRanges()) {
      boolean reachable =
          Connections.localsOf(config).stream()
              .anyMatch(us -> us.getAddress().getAddress().length == 4 == range.isIpv4());
      if (!reachable) {
        return Optional.of(
            "remote-range " + PeerRanges.text(range) + " is of another family than our addresses");
      }
    }
    long prefixes = Connections.prefixes(config.remoteRanges()).count();
    return prefixes <= MOST_PREFIXES
        ? Optional.empty()
        : Optional.of(
            "the ranges of remote-range make "
                + prefixes
                + " prefixes, of which there may be "
                + MOST_PREFIXES
                + "; name prefixes, or fewer ranges");
  }
}
