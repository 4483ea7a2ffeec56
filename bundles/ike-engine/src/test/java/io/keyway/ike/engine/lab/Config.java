package io.keyway.ike.engine.lab;

import io.keyway.api.crypto.EncryptionAlgorithm;
import io.keyway.api.crypto.EspProposal;
import io.keyway.api.crypto.IkeProposal;
import io.keyway.api.crypto.IntegrityAlgorithm;
import io.keyway.api.crypto.KeyExchangeMethod;
import io.keyway.api.crypto.PrfAlgorithm;
import io.keyway.api.ike.AddressPool;
import io.keyway.api.ike.Authentication;
import io.keyway.api.ike.ChildConfig;
import io.keyway.api.ike.Childless;
import io.keyway.api.ike.ConnectionConfig;
import io.keyway.api.ike.Identity;
import io.keyway.api.ike.IdentityPattern;
import io.keyway.api.ike.Mobility;
import io.keyway.api.ike.PeerRanges;
import io.keyway.api.ike.PpkSettings;
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
import java.util.Optional;
import java.util.function.UnaryOperator;

/** Builds a connection; what a test does not say is as in most tests. */
public final class Config {
  public static final IkeProposal GCM_X25519 =
      new IkeProposal(
          "gcm-x25519",
          EncryptionAlgorithm.AES_GCM_16_256,
          IntegrityAlgorithm.NONE,
          PrfAlgorithm.PRF_HMAC_SHA2_384,
          KeyExchangeMethod.X25519);
  public static final IkeProposal GCM_ECP256 =
      new IkeProposal(
          "gcm-ecp256",
          EncryptionAlgorithm.AES_GCM_16_256,
          IntegrityAlgorithm.NONE,
          PrfAlgorithm.PRF_HMAC_SHA2_256,
          KeyExchangeMethod.ECP_256);
  public static final EspProposal ESP_GCM =
      new EspProposal(
          "esp-gcm",
          EncryptionAlgorithm.AES_GCM_16_256,
          IntegrityAlgorithm.NONE,
          Optional.empty(),
          true);
  public static final EspProposal ESP_GCM_PFS =
      new EspProposal(
          "esp-gcm-pfs",
          EncryptionAlgorithm.AES_GCM_16_256,
          IntegrityAlgorithm.NONE,
          Optional.of(KeyExchangeMethod.X25519),
          true);

  private String name;
  private String local;
  private Optional<String> remote;
  private List<TrafficSelector> ranges = List.of();
  private int port = 500;
  private List<IkeProposal> ike = List.of(GCM_X25519);
  private List<EspProposal> esp = List.of(ESP_GCM);
  private Optional<Identity> localId = Optional.empty();
  private Optional<Identity> remoteId = Optional.empty();
  private Optional<IdentityPattern> remotePattern = Optional.empty();
  private String secret = "psk";
  private PpkSettings ppk = PpkSettings.NONE;
  private UnaryOperator<Authentication> authentication = a -> a;
  private Duration rekey = Duration.ZERO;
  private Duration reauth = Duration.ZERO;
  private Duration dpd = Duration.ZERO;
  private Lifetime lifetime = Lifetime.UNLIMITED;
  private IpsecMode mode = IpsecMode.TUNNEL;
  private boolean natTraversal;
  private ConnectionConfig.Options options = ConnectionConfig.Options.DEFAULT;
  private final List<String[]> children = new ArrayList<>();

  private Config(String name, String local, String remote) {
    this.name = name;
    this.local = local;
    this.remote = Optional.ofNullable(remote);
  }

  /** The gateway at 192.0.2.1. */
  public static Config left() {
    return new Config("to-right", "192.0.2.1", "192.0.2.2");
  }

  /** The gateway at 192.0.2.2. */
  public static Config right() {
    return new Config("to-left", "192.0.2.2", "192.0.2.1");
  }

  public Config named(String newName) {
    name = newName;
    return this;
  }

  public Config anyPeer() {
    remote = Optional.empty();
    return this;
  }

  /** Peers from these ranges, besides the remote address. */
  public Config ranges(String... texts) {
    ranges = Arrays.stream(texts).map(PeerRanges::parse).toList();
    return this;
  }

  public Config at(String newLocal, String newRemote) {
    local = newLocal;
    remote = Optional.of(newRemote);
    return this;
  }

  public Config ike(IkeProposal... proposals) {
    ike = List.of(proposals);
    return this;
  }

  public Config esp(EspProposal... proposals) {
    esp = List.of(proposals);
    return this;
  }

  public Config fragmentation(boolean allowed) {
    options =
        new ConnectionConfig.Options(
            allowed,
            options.mobility(),
            options.encapsulation(),
            options.addresses(),
            options.childless(),
            options.redirection(),
            options.recovery(),
            options.unique());
    return this;
  }

  public Config unique(Uniqueness unique) {
    options = options.withUnique(unique);
    return this;
  }

  public Config recovery(ConnectionConfig.Recovery recovery) {
    options = options.withRecovery(recovery);
    return this;
  }

  /** Session resumption, with tickets of four hours. */
  public Config resumption() {
    return resumption(Duration.ofHours(4));
  }

  public Config resumption(Duration ticketLifetime) {
    return recovery(
        new ConnectionConfig.Recovery(
            options.recovery().crashDetection(),
            new ConnectionConfig.Resumption(true, ticketLifetime)));
  }

  /** MOBIKE, with other addresses of ours. */
  public Config mobike(String... addresses) {
    return mobility(
        new Mobility(
            true, Arrays.stream(addresses).map(Config::address).toList(), List.of(), true, true));
  }

  public Config mobility(Mobility mobility) {
    options = options.withMobility(mobility);
    return this;
  }

  public Config encapsulation() {
    options =
        new ConnectionConfig.Options(
            options.fragmentation(),
            options.mobility(),
            true,
            options.addresses(),
            options.childless(),
            options.redirection());
    return this;
  }

  public Config childless(Childless mode) {
    options = options.withChildless(mode);
    return this;
  }

  /** Sends peers that come elsewhere. */
  public Config redirectTo(String gateway) {
    options =
        options.withRedirection(
            new Redirection(options.redirection().follow(), Optional.of(gateway)));
    return this;
  }

  public Config stays() {
    options = options.withRedirection(new Redirection(false, options.redirection().to()));
    return this;
  }

  /** Gives the peer an address of these pools. */
  public Config pools(AddressPool... pools) {
    options =
        options.withAddresses(
            new VirtualAddresses(List.of(pools), options.addresses().requested()));
    return this;
  }

  /** Asks the peer for addresses. */
  public Config request(String... addresses) {
    options =
        options.withAddresses(
            new VirtualAddresses(
                options.addresses().pools(),
                Arrays.stream(addresses).map(Config::address).toList()));
    return this;
  }

  /** A pool with a name server of each family. */
  public static AddressPool pool(String poolName, String... ranges) {
    return new AddressPool(
        poolName,
        Arrays.stream(ranges).map(AddressPool::parseRange).toList(),
        List.of(address("192.0.2.53"), address("2001:db8::53")),
        List.of(AddressPool.parsePrefix("10.2.0.0/16"), AddressPool.parsePrefix("fd00:2::/48")),
        Duration.ofMinutes(10));
  }

  public Config ids(String us, String them) {
    localId = Optional.ofNullable(us).map(Identity::parse);
    Optional<String> peer = Optional.ofNullable(them);
    remoteId = peer.filter(text -> !IdentityPattern.isPattern(text)).map(Identity::parse);
    remotePattern = peer.filter(IdentityPattern::isPattern).map(IdentityPattern::parse);
    return this;
  }

  public Config secret(String newSecret) {
    secret = newSecret;
    return this;
  }

  /** Changes how both sides prove who they are, which is a shared key on both by default. */
  public Config authentication(UnaryOperator<Authentication> change) {
    authentication = change;
    return this;
  }

  /** Pairs of PPK_ID and secret. */
  public Config ppk(boolean required, String... idsAndSecrets) {
    List<PpkSettings.Ppk> keys = new ArrayList<>();
    for (int i = 0; i < idsAndSecrets.length; i += 2) {
      keys.add(new PpkSettings.Ppk(idsAndSecrets[i], idsAndSecrets[i + 1]));
    }
    ppk = new PpkSettings(keys, required);
    return this;
  }

  public Config ikeRekey(Duration after) {
    rekey = after;
    return this;
  }

  public Config reauth(Duration after) {
    reauth = after;
    return this;
  }

  public Config dpd(Duration after) {
    dpd = after;
    return this;
  }

  /** Soft and hard limit in seconds. */
  public Config childLife(long soft, long hard) {
    lifetime = new Lifetime(new Lifetime.Limit(soft, 0, 0), new Lifetime.Limit(hard, 0, 0));
    return this;
  }

  public Config transport() {
    mode = IpsecMode.TRANSPORT;
    return this;
  }

  public Config natTraversal() {
    natTraversal = true;
    return this;
  }

  /**
   * A child; selectors as prefixes, several with commas, {@code prefix[protocol]} or {@code
   * prefix[protocol/port]} for one.
   */
  public Config child(String childName, String localTs, String remoteTs) {
    children.add(new String[] {childName, localTs, remoteTs});
    return this;
  }

  public ConnectionConfig build() {
    List<ChildConfig> built = new ArrayList<>();
    for (String[] child : children) {
      built.add(
          new ChildConfig(
              child[0], mode, esp, selectors(child[1]), selectors(child[2]), lifetime, 64));
    }
    return new ConnectionConfig(
        name,
        "plane",
        address(local),
        remote.map(Config::address),
        ranges,
        port,
        port,
        ike,
        authentication(),
        new ConnectionConfig.Timers(rekey, reauth, dpd),
        natTraversal,
        options,
        built);
  }

  private Authentication authentication() {
    Authentication one =
        authentication
            .apply(
                new Authentication(Authentication.Method.PRE_SHARED_KEY, localId, remoteId, secret))
            .with(ppk);
    return remotePattern.map(one::with).orElse(one);
  }

  private static List<SelectorTemplate> selectors(String text) {
    return Arrays.stream(text.split(",")).map(Config::selector).toList();
  }

  private static SelectorTemplate selector(String text) {
    String[] parts = text.replace("]", "").split("\\[");
    if (parts[0].equals("dynamic")) {
      return parts.length == 2
          ? SelectorTemplate.dynamic().withProtocol(Integer.parseInt(parts[1]))
          : SelectorTemplate.dynamic();
    }
    String[] prefix = parts[0].split("/");
    TrafficSelector selector =
        TrafficSelector.prefix(address(prefix[0]), Integer.parseInt(prefix[1]));
    if (parts.length == 1) {
      return SelectorTemplate.of(selector);
    }
    String[] upper = parts[1].split("/");
    TrafficSelector one = selector.withProtocol(Integer.parseInt(upper[0]));
    int port = upper.length == 2 ? Integer.parseInt(upper[1]) : -1;
    return SelectorTemplate.of(
        port < 0 ? one : new TrafficSelector(one.first(), one.last(), one.protocol(), port, port));
  }

  public static InetAddress address(String text) {
    try {
      return InetAddress.getByName(text);
    } catch (UnknownHostException e) {
      throw new IllegalArgumentException(text, e);
    }
  }
}
