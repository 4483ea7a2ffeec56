package io.keyway.it.interop.engine;

import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import io.keyway.api.crypto.EncryptionAlgorithm;
import io.keyway.api.crypto.EspProposal;
import io.keyway.api.crypto.IkeProposal;
import io.keyway.api.crypto.IntegrityAlgorithm;
import io.keyway.api.crypto.KeyExchangeMethod;
import io.keyway.api.crypto.PrfAlgorithm;
import io.keyway.api.ike.AddressPool;
import io.keyway.api.ike.ChildConfig;
import io.keyway.api.ike.Childless;
import io.keyway.api.ike.ConnectionConfig;
import io.keyway.api.ike.Mobility;
import io.keyway.api.ike.PeerRanges;
import io.keyway.api.ike.Redirection;
import io.keyway.api.ike.Uniqueness;
import io.keyway.api.ike.VirtualAddresses;
import io.keyway.api.sa.IpsecMode;
import io.keyway.api.sa.Lifetime;
import io.keyway.api.ts.SelectorTemplate;
import io.keyway.api.ts.TrafficSelector;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Stream;

/** Reads a connection from the test's words, which are those of swanctl.conf. */
final class Connections {

  static final String PLANE = "recorder";

  private Connections() {}

  static ConnectionConfig read(JsonObject json) {
    InetAddress local = address(json.get("local_addrs").getAsString());
    List<ChildConfig> children = new ArrayList<>();
    for (JsonElement element : json.getAsJsonArray("children")) {
      children.add(child(json, element.getAsJsonObject()));
    }
    return new ConnectionConfig(
        json.get("name").getAsString(),
        PLANE,
        local,
        remotes(json).filter(word -> !isRange(word)).findFirst().map(Connections::address),
        remotes(json).filter(Connections::isRange).map(PeerRanges::parse).toList(),
        500,
        500,
        ike(json.get("proposals").getAsString()),
        Proofs.read(json),
        new ConnectionConfig.Timers(
            Duration.ofSeconds(seconds(json, "rekey_time")),
            Duration.ofSeconds(seconds(json, "reauth_time")),
            Duration.ofSeconds(seconds(json, "dpd_delay"))),
        text(json, "nat_traversal", "no").equals("yes"),
        new ConnectionConfig.Options(
            !text(json, "fragmentation", "yes").equals("no"),
            mobility(json),
            text(json, "encap", "no").equals("yes"),
            new VirtualAddresses(
                pools(json),
                Proofs.words(json, "vips").stream().map(Connections::address).toList()),
            Childless.valueOf(text(json, "childless", "allow").toUpperCase(Locale.ROOT)),
            new Redirection(
                !text(json, "follow_redirects", "yes").equals("no"),
                Optional.of(text(json, "redirect_to", "")).filter(to -> !to.isEmpty())),
            new ConnectionConfig.Recovery(
                true,
                new ConnectionConfig.Resumption(
                    text(json, "session_resumption", "no").equals("yes"), Duration.ofHours(4))),
            Uniqueness.valueOf(text(json, "unique", "no").toUpperCase(Locale.ROOT))),
        children);
  }

  /** Addresses and ranges, with commas. */
  private static Stream<String> remotes(JsonObject json) {
    return Proofs.words(json, "remote_addrs").stream();
  }

  private static boolean isRange(String word) {
    return word.contains("/") || word.contains("-");
  }

  /** More addresses than one in {@code local_addrs} would be a surprise for charon. */
  private static Mobility mobility(JsonObject json) {
    return new Mobility(
        text(json, "mobike", "no").equals("yes"),
        Proofs.words(json, "additional_addrs").stream().map(Connections::address).toList(),
        Proofs.words(json, "interfaces"),
        true,
        true);
  }

  /** Key {@code pools} has ranges here, and {@code pool_dns} the name servers of all. */
  private static List<AddressPool> pools(JsonObject json) {
    List<String> ranges = Proofs.words(json, "pools");
    return ranges.isEmpty()
        ? List.of()
        : List.of(
            new AddressPool(
                "p",
                ranges.stream().map(AddressPool::parseRange).toList(),
                Proofs.words(json, "pool_dns").stream().map(Connections::address).toList(),
                List.of(),
                AddressPool.DEFAULT_RESERVE));
  }

  private static ChildConfig child(JsonObject json, JsonObject own) {
    return new ChildConfig(
        own.get("name").getAsString(),
        text(json, "mode", "tunnel").equals("transport") ? IpsecMode.TRANSPORT : IpsecMode.TUNNEL,
        esp(json.get("esp_proposals").getAsString()),
        selectors(own.get("local_ts").getAsString()),
        selectors(own.get("remote_ts").getAsString()),
        new Lifetime(
            new Lifetime.Limit(seconds(json, "child_rekey_time"), 0, 0),
            new Lifetime.Limit(seconds(json, "child_life_time"), 0, 0)),
        64);
  }

  static String text(JsonObject json, String name, String otherwise) {
    return json.has(name) ? json.get(name).getAsString() : otherwise;
  }

  private static long seconds(JsonObject json, String name) {
    return Long.parseLong(text(json, name, "0").replaceAll("s$", ""));
  }

  private static List<IkeProposal> ike(String text) {
    List<IkeProposal> proposals = new ArrayList<>();
    for (String words : text.split(",\\s*")) {
      Words w = new Words(words);
      proposals.add(
          new IkeProposal(
              Integer.toString(proposals.size() + 1),
              w.encryption,
              w.integrity,
              w.prf.orElseThrow(),
              w.group.orElseThrow()));
    }
    return proposals;
  }

  private static List<EspProposal> esp(String text) {
    List<EspProposal> proposals = new ArrayList<>();
    for (String words : text.split(",\\s*")) {
      Words w = new Words(words);
      proposals.add(
          new EspProposal(
              Integer.toString(proposals.size() + 1), w.encryption, w.integrity, w.group, w.esn));
    }
    return proposals;
  }

  /** The parts of a proposal such as {@code aes256-sha256-prfsha256-x25519}. */
  private static final class Words {
    private EncryptionAlgorithm encryption;
    private IntegrityAlgorithm integrity = IntegrityAlgorithm.NONE;
    private Optional<PrfAlgorithm> prf = Optional.empty();
    private Optional<KeyExchangeMethod> group = Optional.empty();
    private boolean esn;

    Words(String proposal) {
      for (String word : proposal.split("-")) {
        read(word);
      }
    }

    private void read(String word) {
      for (EncryptionAlgorithm a : EncryptionAlgorithm.values()) {
        encryption = a.keyword().equals(word) ? a : encryption;
      }
      for (IntegrityAlgorithm a : IntegrityAlgorithm.values()) {
        integrity = a.keyword().equals(word) ? a : integrity;
      }
      prf =
          Arrays.stream(PrfAlgorithm.values())
              .filter(a -> a.keyword().equals(word))
              .findFirst()
              .or(() -> prf);
      group = KeyExchangeMethod.ofKeyword(word).or(() -> group);
      esn |= word.equals("esn");
    }
  }

  private static List<SelectorTemplate> selectors(String text) {
    return Arrays.stream(text.split(",\\s*")).map(Connections::selector).toList();
  }

  private static SelectorTemplate selector(String text) {
    String[] parts = text.replace("]", "").split("\\[");
    int protocol = 0;
    int first = 0;
    int last = 65535;
    if (parts.length == 2) {
      String[] limits = parts[1].split("/");
      protocol =
          limits[0].equals("tcp") ? 6 : limits[0].equals("udp") ? 17 : Integer.parseInt(limits[0]);
      if (limits.length == 2) {
        first = Integer.parseInt(limits[1].split("-")[0]);
        last = limits[1].contains("-") ? Integer.parseInt(limits[1].split("-")[1]) : first;
      }
    }
    if (parts[0].equals("dynamic")) {
      return new SelectorTemplate(Optional.empty(), protocol, first, last);
    }
    String[] prefix = parts[0].split("/");
    TrafficSelector addresses =
        TrafficSelector.prefix(address(prefix[0]), Integer.parseInt(prefix[1]));
    return new SelectorTemplate(Optional.of(addresses), protocol, first, last);
  }

  private static InetAddress address(String text) {
    try {
      return InetAddress.getByName(text);
    } catch (UnknownHostException e) {
      throw new IllegalArgumentException(text, e);
    }
  }
}
