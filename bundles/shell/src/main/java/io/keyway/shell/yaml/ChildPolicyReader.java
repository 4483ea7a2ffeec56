package io.keyway.shell.yaml;

import io.keyway.api.crypto.EncryptionAlgorithm;
import io.keyway.api.crypto.EspProposal;
import io.keyway.api.crypto.IntegrityAlgorithm;
import io.keyway.api.crypto.KeyExchangeMethod;
import io.keyway.api.intent.IntentObject.ChildPolicy;
import io.keyway.api.intent.IntentObject.StartAction;
import io.keyway.api.sa.IpsecMode;
import io.keyway.api.sa.Lifetime;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Reads {@code child-policies}. */
final class ChildPolicyReader {

  private static final List<String> KEYS =
      List.of(
          "name",
          "mode",
          "proposals",
          "local-ts",
          "remote-ts",
          "protocols",
          "rekey-time",
          "life-time",
          "rekey-bytes",
          "life-bytes",
          "rekey-packets",
          "life-packets",
          "replay-window",
          "start-action");
  private static final List<String> PROPOSAL_KEYS =
      List.of("name", "encryption", "integrity", "dh-group", "additional-key-exchange", "esn");

  private ChildPolicyReader() {}

  static Optional<ChildPolicy> read(Value value) {
    Fields fields = Fields.of(value, KEYS);
    Optional<String> name = fields.name("name");
    List<EspProposal> proposals = new ArrayList<>();
    List<Value> items = fields.items("proposals").toList();
    for (Value item : items) {
      proposal(item, proposals.size() + 1).ifPresent(proposals::add);
    }
    if (!fields.has("proposals")) {
      value.problem("'proposals' is missing");
    } else if (items.isEmpty()) {
      fields.get("proposals").orElseThrow().problem("at least one proposal is needed");
    }
    Names.complainOfTwins(fields, "proposals", proposals.stream().map(EspProposal::name).toList());
    Lifetime lifetime = lifetime(fields);
    return name.map(
        n ->
            new ChildPolicy(
                n,
                fields
                    .choice(
                        "mode",
                        Map.of("tunnel", IpsecMode.TUNNEL, "transport", IpsecMode.TRANSPORT))
                    .orElse(IpsecMode.TUNNEL),
                proposals,
                SelectorReader.read(fields, "local-ts"),
                SelectorReader.read(fields, "remote-ts"),
                protocols(fields),
                lifetime,
                (int) fields.number("replay-window", 0, 4096, Defaults.REPLAY_WINDOW),
                fields
                    .choice(
                        "start-action",
                        Map.of(
                            "none", StartAction.NONE,
                            "start", StartAction.START,
                            "trap", StartAction.TRAP))
                    .orElse(StartAction.START)));
  }

  private static Optional<EspProposal> proposal(Value value, int number) {
    Fields fields = Fields.of(value, PROPOSAL_KEYS);
    String name = fields.optionalName("name").orElse(Integer.toString(number));
    Optional<EncryptionAlgorithm> encryption = Algorithms.encryption(fields);
    Optional<IntegrityAlgorithm> integrity = Algorithms.integrity(fields);
    Optional<KeyExchangeMethod> group = Algorithms.group(fields);
    boolean esn = fields.flag("esn", false);
    List<KeyExchangeMethod> additional = Algorithms.additional(fields);
    if (encryption.isEmpty() || integrity.isEmpty()) {
      return Optional.empty();
    }
    try {
      return Optional.of(
          new EspProposal(name, encryption.get(), integrity.get(), group, additional, esn));
    } catch (IllegalArgumentException e) {
      value.problem(e.getMessage());
      return Optional.empty();
    }
  }

  private static Lifetime lifetime(Fields fields) {
    long rekeyTime = fields.seconds("rekey-time", Defaults.CHILD_REKEY_SECONDS);
    long rekeyBytes = fields.number("rekey-bytes", 0, Long.MAX_VALUE, 0);
    long rekeyPackets = fields.number("rekey-packets", 0, Long.MAX_VALUE, 0);
    Lifetime.Limit soft = new Lifetime.Limit(rekeyTime, rekeyBytes, rekeyPackets);
    Lifetime.Limit hard =
        new Lifetime.Limit(
            fields.seconds("life-time", Defaults.life(rekeyTime)),
            fields.number("life-bytes", 0, Long.MAX_VALUE, Defaults.life(rekeyBytes)),
            fields.number("life-packets", 0, Long.MAX_VALUE, Defaults.life(rekeyPackets)));
    complainOfOrder(fields, "time", soft.seconds(), hard.seconds());
    complainOfOrder(fields, "bytes", soft.bytes(), hard.bytes());
    complainOfOrder(fields, "packets", soft.packets(), hard.packets());
    return new Lifetime(soft, hard);
  }

  private static void complainOfOrder(Fields fields, String what, long rekey, long life) {
    if (life != 0 && rekey >= life) {
      fields
          .value()
          .problem(
              "rekey-"
                  + what
                  + " ("
                  + rekey
                  + ") must be below life-"
                  + what
                  + " ("
                  + life
                  + "), or the SA ends before it is replaced");
    }
  }

  private static List<Integer> protocols(Fields fields) {
    List<Integer> protocols = new ArrayList<>();
    for (Value item : fields.items("protocols").toList()) {
      item.text()
          .ifPresent(
              text -> {
                try {
                  int protocol = Protocols.parse(text);
                  if (protocol == 0) {
                    item.problem("'any' does not belong in a list of protocols; leave it empty");
                  } else if (protocols.contains(protocol)) {
                    item.problem("protocol " + protocol + " stands here twice");
                  } else {
                    protocols.add(protocol);
                  }
                } catch (IllegalArgumentException e) {
                  item.problem(e.getMessage());
                }
              });
    }
    return protocols;
  }
}
