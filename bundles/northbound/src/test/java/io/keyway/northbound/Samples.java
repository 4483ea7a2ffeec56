package io.keyway.northbound;

import io.keyway.api.crypto.EncryptionAlgorithm;
import io.keyway.api.crypto.EspProposal;
import io.keyway.api.crypto.IkeProposal;
import io.keyway.api.crypto.IntegrityAlgorithm;
import io.keyway.api.crypto.KeyExchangeMethod;
import io.keyway.api.crypto.PrfAlgorithm;
import io.keyway.api.ike.AddressPool;
import io.keyway.api.ike.Authentication;
import io.keyway.api.ike.AuthenticationRound;
import io.keyway.api.ike.CertificateSettings;
import io.keyway.api.ike.EapSettings;
import io.keyway.api.ike.Identity;
import io.keyway.api.ike.PpkSettings;
import io.keyway.api.intent.IntentObject.ChildPolicy;
import io.keyway.api.intent.IntentObject.Gateway;
import io.keyway.api.intent.IntentObject.IkePolicy;
import io.keyway.api.intent.IntentObject.PlaneConfig;
import io.keyway.api.intent.IntentObject.Pool;
import io.keyway.api.intent.IntentObject.StartAction;
import io.keyway.api.intent.IntentObject.StaticPolicy;
import io.keyway.api.intent.IntentObject.Tunnel;
import io.keyway.api.intent.IntentObject.WhenDisabled;
import io.keyway.api.sa.Direction;
import io.keyway.api.sa.IpsecMode;
import io.keyway.api.sa.Lifetime;
import io.keyway.api.ts.SelectorTemplate;
import io.keyway.api.ts.TrafficSelector;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Entries for tests. */
public final class Samples {

  private Samples() {}

  public static InetAddress address(String literal) {
    try {
      return InetAddress.getByName(literal);
    } catch (UnknownHostException e) {
      throw new IllegalArgumentException(e);
    }
  }

  public static Authentication psk(String secret) {
    return new Authentication(
        Authentication.Method.PRE_SHARED_KEY,
        Optional.of(Identity.parse("172.37.1.7")),
        Optional.of(Identity.parse("peer.example")),
        secret);
  }

  /** A pre-shared key for each peer, and post-quantum ones. */
  public static Authentication ppk() {
    return psk("site:*")
        .with(
            new PpkSettings(
                List.of(
                    new PpkSettings.Ppk("ppk-1@example.org", "ppk-1"),
                    new PpkSettings.Ppk("*.cells.example.org", "ppk:*")),
                true));
  }

  /** Certificates on both sides, with every setting. */
  public static Authentication certificates() {
    return new Authentication(
        Authentication.Method.CERTIFICATE,
        Authentication.Method.CERTIFICATE,
        Optional.of(Identity.parse("C=CH, O=Example, CN=gw")),
        Optional.of(Identity.parse("peer.example")),
        "",
        new CertificateSettings(
            "gw",
            "gw-key",
            List.of("root", "other"),
            CertificateSettings.Revocation.STRICT,
            List.of("crl.example", "ocsp.example:2560"),
            List.of("rsa-pss-sha256", "ecdsa-sha256")));
  }

  /** We respond with a certificate to users with passwords, and to their machine's before. */
  public static Authentication eap() {
    EapSettings users =
        new EapSettings(
            List.of(EapSettings.Type.MSCHAPV2, EapSettings.Type.MD5),
            Optional.of(EapSettings.ASK),
            "",
            Map.of("alice", "pw-alice", "EXAMPLE\\bob smith", "pw-bob"),
            false);
    return certificates()
        .withRounds(
            List.of(
                new AuthenticationRound(
                    Authentication.Method.PRE_SHARED_KEY,
                    Optional.of(Identity.parse("backup.example")),
                    "s2",
                    CertificateSettings.NONE,
                    EapSettings.NONE)),
            List.of(
                new AuthenticationRound(
                    Authentication.Method.EAP,
                    Optional.empty(),
                    "",
                    CertificateSettings.NONE,
                    users)));
  }

  /** Nothing but EAP, in both roles. */
  public static Authentication eapOnly() {
    return new Authentication(
            Authentication.Method.EAP,
            Authentication.Method.EAP,
            Optional.empty(),
            Optional.empty(),
            "",
            CertificateSettings.NONE)
        .withEap(
            new EapSettings(
                List.of(), Optional.of("gw@example"), "pw", Map.of("alice", "pw-alice"), true));
  }

  /** EAP-TLS on both sides. */
  public static Authentication eapTls() {
    return new Authentication(
            Authentication.Method.EAP,
            Authentication.Method.EAP,
            Optional.of(Identity.parse("gw.example")),
            Optional.of(Identity.parse("peer.example")),
            "",
            new CertificateSettings(
                "gw",
                "gw",
                List.of("root"),
                CertificateSettings.Revocation.STRICT,
                List.of("crl.example"),
                List.of()))
        .withEap(
            new EapSettings(List.of(EapSettings.Type.TLS), Optional.empty(), "", Map.of(), false));
  }

  /** A certificate here, a pre-shared key there. */
  public static Authentication certificateHereKeyThere() {
    return new Authentication(
        Authentication.Method.CERTIFICATE,
        Authentication.Method.PRE_SHARED_KEY,
        Optional.empty(),
        Optional.empty(),
        "s",
        new CertificateSettings(
            "gw", "gw", List.of(), CertificateSettings.Revocation.RELAXED, List.of(), List.of()));
  }

  public static IkePolicy ikePolicy(String name, Optional<Authentication> authentication) {
    return new IkePolicy(
        name,
        List.of(
            new IkeProposal(
                "1",
                EncryptionAlgorithm.AES_GCM_16_256,
                IntegrityAlgorithm.NONE,
                PrfAlgorithm.PRF_HMAC_SHA2_384,
                KeyExchangeMethod.ECP_384),
            new IkeProposal(
                "fallback",
                EncryptionAlgorithm.AES_CBC_128,
                IntegrityAlgorithm.HMAC_SHA2_256_128,
                PrfAlgorithm.PRF_HMAC_SHA2_256,
                KeyExchangeMethod.MODP_2048)),
        14400,
        0,
        30,
        false,
        false,
        true,
        authentication);
  }

  public static ChildPolicy childPolicy(String name) {
    return new ChildPolicy(
        name,
        IpsecMode.TUNNEL,
        List.of(
            new EspProposal(
                "1",
                EncryptionAlgorithm.AES_GCM_16_256,
                IntegrityAlgorithm.NONE,
                Optional.of(KeyExchangeMethod.X25519),
                true)),
        List.of(SelectorTemplate.dynamic()),
        List.of(
            SelectorTemplate.of(TrafficSelector.prefix(address("10.2.0.0"), 16)),
            SelectorTemplate.of(
                new TrafficSelector(address("10.3.0.1"), address("10.3.0.9"), 0, 0, 65535))),
        List.of(6, 17),
        new Lifetime(
            new Lifetime.Limit(3600, 1_000_000, 0), new Lifetime.Limit(3960, 1_100_000, 0)),
        64,
        StartAction.START);
  }

  public static Gateway gateway(String name, String policy, Optional<String> plane) {
    return new Gateway(
        name,
        policy,
        address("172.37.1.7"),
        Optional.of(address("172.37.1.8")),
        500,
        4500,
        plane,
        Optional.empty());
  }

  /** With addresses both ways. */
  public static Gateway addressed(String name, String policy, String... pools) {
    return new Gateway(
        name,
        policy,
        address("172.37.1.7"),
        Optional.empty(),
        500,
        500,
        Optional.empty(),
        Optional.empty(),
        List.of(),
        List.of(),
        List.of(pools),
        List.of(address("0.0.0.0"), address("fd00:0:0:0:0:0:0:9")),
        Optional.of("gw2.example.org"));
  }

  public static Pool pool(String name) {
    return new Pool(
        new AddressPool(
            name,
            List.of(AddressPool.parseRange("10.3.0.0/24"), AddressPool.parseRange("fd00:3::/64")),
            List.of(address("10.2.0.53")),
            List.of(AddressPool.parsePrefix("10.2.0.0/16")),
            Duration.ofMinutes(5)));
  }

  public static Tunnel tunnel(String name, String gateway, String policy) {
    return new Tunnel(
        name,
        gateway,
        policy,
        true,
        List.of(
            SelectorTemplate.of(
                TrafficSelector.host(address("10.1.0.5"), 17).withPorts(2152, 2152))),
        List.of(),
        WhenDisabled.HOLD);
  }

  public static StaticPolicy staticPolicy(String name, Optional<String> plane) {
    return new StaticPolicy(
        name,
        plane,
        Direction.OUTBOUND,
        SelectorTemplate.of(TrafficSelector.prefix(address("10.1.0.0"), 16)),
        SelectorTemplate.of(TrafficSelector.host(address("10.9.0.1"), 6)),
        7,
        "bypass");
  }

  public static PlaneConfig plane(String name) {
    return new PlaneConfig(
        name,
        "infrap4d",
        Map.of(
            "p4runtime-address",
            "127.0.0.1:9559",
            "device-id",
            "1",
            "tls/enabled",
            "false",
            "quirks/spi-byte-order",
            "as-is",
            "quirks/inbound-direction",
            "false"));
  }
}
