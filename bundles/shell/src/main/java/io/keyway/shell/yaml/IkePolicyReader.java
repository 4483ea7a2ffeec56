package io.keyway.shell.yaml;

import io.keyway.api.crypto.EncryptionAlgorithm;
import io.keyway.api.crypto.IkeProposal;
import io.keyway.api.crypto.IntegrityAlgorithm;
import io.keyway.api.crypto.KeyExchangeMethod;
import io.keyway.api.crypto.PrfAlgorithm;
import io.keyway.api.ike.Authentication;
import io.keyway.api.ike.Childless;
import io.keyway.api.ike.ConnectionConfig;
import io.keyway.api.ike.Uniqueness;
import io.keyway.api.intent.IntentObject.IkePolicy;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/** Reads {@code ike-policies}. */
final class IkePolicyReader {

  private static final List<String> KEYS =
      List.of(
          "name",
          "ike-version",
          "proposals",
          "rekey-time",
          "reauth-time",
          "dpd-delay",
          "mobike",
          "nat-traversal",
          "force-encapsulation",
          "quick-crash-detection",
          "session-resumption",
          "ticket-lifetime",
          "unique",
          "fragmentation",
          "childless",
          "follow-redirect",
          "authentication");
  private static final List<String> PROPOSAL_KEYS =
      List.of("name", "encryption", "integrity", "prf", "dh-group", "additional-key-exchange");

  private final AuthenticationReader authentication;

  IkePolicyReader(AuthenticationReader authentication) {
    this.authentication = authentication;
  }

  Optional<IkePolicy> read(Value value) {
    Fields fields = Fields.of(value, KEYS);
    Optional<String> name = fields.name("name");
    fields.choice("ike-version", Map.of("v2", 2));
    List<IkeProposal> proposals = new ArrayList<>();
    List<Value> items = fields.items("proposals").toList();
    for (Value item : items) {
      proposal(item, proposals.size() + 1).ifPresent(proposals::add);
    }
    if (!fields.has("proposals")) {
      value.problem("'proposals' is missing");
    } else if (items.isEmpty()) {
      fields.get("proposals").orElseThrow().problem("at least one proposal is needed");
    }
    Names.complainOfTwins(fields, "proposals", proposals.stream().map(IkeProposal::name).toList());
    Optional<Authentication> how =
        fields
            .get("authentication")
            .flatMap(v -> authentication.read(v, Names.secret("ike-policy", name.orElse(""))));
    return name.map(
        n ->
            new IkePolicy(
                n,
                proposals,
                fields.seconds("rekey-time", Defaults.IKE_REKEY_SECONDS),
                fields.seconds("reauth-time", Defaults.IKE_REAUTH_SECONDS),
                fields.number("dpd-delay", 0, 86_400, Defaults.DPD_SECONDS),
                fields.flag("mobike", true),
                fields.flag("nat-traversal", true),
                fields.flag("fragmentation", true),
                how,
                fields.flag("force-encapsulation", false),
                fields
                    .choice("childless", Childless.class, c -> c.name().toLowerCase(Locale.ROOT))
                    .orElse(Childless.ALLOW),
                fields.flag("follow-redirect", true),
                new ConnectionConfig.Recovery(
                    fields.flag("quick-crash-detection", true), resumption(fields)),
                fields
                    .choice("unique", Uniqueness.class, u -> u.name().toLowerCase(Locale.ROOT))
                    .orElse(Uniqueness.NO)));
  }

  private static ConnectionConfig.Resumption resumption(Fields fields) {
    long seconds =
        fields.number("ticket-lifetime", 60, 86_400, ConnectionConfig.Resumption.DEFAULT_LIFETIME);
    return new ConnectionConfig.Resumption(
        fields.flag("session-resumption", false), Duration.ofSeconds(seconds));
  }

  private static Optional<IkeProposal> proposal(Value value, int number) {
    Fields fields = Fields.of(value, PROPOSAL_KEYS);
    String name = fields.optionalName("name").orElse(Integer.toString(number));
    Optional<EncryptionAlgorithm> encryption = Algorithms.encryption(fields);
    Optional<IntegrityAlgorithm> integrity = Algorithms.integrity(fields);
    Algorithms.complainOfMissing(fields, "prf");
    Optional<PrfAlgorithm> prf = fields.choice("prf", PrfAlgorithm.class, PrfAlgorithm::modelName);
    Algorithms.complainOfMissing(fields, "dh-group");
    Optional<KeyExchangeMethod> group = Algorithms.group(fields);
    List<KeyExchangeMethod> additional = Algorithms.additional(fields);
    if (encryption.isEmpty() || integrity.isEmpty() || prf.isEmpty() || group.isEmpty()) {
      return Optional.empty();
    }
    try {
      return Optional.of(
          new IkeProposal(
              name, encryption.get(), integrity.get(), prf.get(), group.get(), additional));
    } catch (IllegalArgumentException e) {
      value.problem(e.getMessage());
      return Optional.empty();
    }
  }
}
