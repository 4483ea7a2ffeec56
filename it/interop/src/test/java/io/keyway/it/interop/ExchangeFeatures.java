package io.keyway.it.interop;

import io.keyway.it.interop.Matrix.Way;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/** Exchanges, algorithms and selectors with a shared key. */
final class ExchangeFeatures {

  private ExchangeFeatures() {}

  static List<Feature> all() {
    return List.of(
        Feature.same("Shared key", "PSK, PRF-HMAC-SHA2-384", c -> c, "with pre-shared key")
            .everywhere(),
        algorithms("aes256gcm16-prfsha384-ecp384", "aes256gcm16-ecp384"),
        algorithms("aes256-sha512-prfsha512-x25519", "aes256-sha512-x25519-esn"),
        algorithms("chacha20poly1305-prfsha256-x25519", "chacha20poly1305"),
        algorithms("aes128gcm16-prfsha256-modp3072", "aes128gcm16-modp3072"),
        algorithms("aes256ccm16-prfsha512-x448", "aes256gmac"),
        Feature.same("Exchanges", "Fragments, RFC 7383", ExchangeFeatures::manySelectors, "EF\\(2/")
            .engine(Map.of("fragmentSize", "576"))
            .daemon(Map.of("fragment_size", "576"))
            .everywhere(),
        Feature.same(
                "Exchanges",
                "MOBIKE, RFC 4555",
                c -> c.connection("mobike", "yes"),
                "peer supports MOBIKE")
            .everywhere(),
        Feature.of(
                "Exchanges",
                "Encapsulation in UDP that charon forces",
                c -> c.connection("nat_traversal", "yes"),
                c -> c.connection("encap", "yes"),
                "faking NAT situation")
            .only(Way.V4, Way.V6),
        Feature.of(
            "Exchanges",
            "Encapsulation in UDP that Keyway forces",
            c -> c.connection("nat_traversal", "yes").connection("encap", "yes"),
            c -> c,
            "remote host is behind NAT"),
        Feature.same(
                "Selectors and modes",
                "Transport mode, RFC 7296 section 1.3.1",
                c ->
                    c.child("mode", "transport")
                        .child("local_ts", "dynamic[udp]")
                        .child("remote_ts", "dynamic[udp]"),
                "USE_TRANSP")
            .only(Way.V4, Way.V6),
        Feature.of(
            "Selectors and modes",
            "IPv6 inside",
            c -> c.child("local_ts", "fd00:1::/64").child("remote_ts", "fd00:2::/64"),
            c -> c.child("local_ts", "fd00:2::/64").child("remote_ts", "fd00:1::/64"),
            "fd00:1::/64"),
        Feature.of(
                "Selectors and modes",
                "Both families in one child",
                c ->
                    c.child("local_ts", "10.1.0.0/24, fd00:1::/64")
                        .child("remote_ts", "10.2.0.0/24, fd00:2::/64"),
                c ->
                    c.child("local_ts", "10.2.0.0/24, fd00:2::/64")
                        .child("remote_ts", "10.1.0.0/24, fd00:1::/64"),
                "fd00:1::/64")
            .everywhere(),
        Feature.of(
            "Selectors and modes",
            "Narrowed to a protocol and a port",
            c -> c.child("local_ts", "10.1.0.0/16[udp]").child("remote_ts", "10.2.0.0/24[udp]"),
            c ->
                c.child("local_ts", "10.2.0.0/16[udp/5000]").child("remote_ts", "10.1.0.0/24[udp]"),
            "udp/5000"));
  }

  private static Feature algorithms(String ike, String esp) {
    return Feature.same(
        "Algorithms",
        ike + ", ESP " + esp,
        c -> c.connection("proposals", ike).child("esp_proposals", esp),
        "selected proposal: IKE:");
  }

  /** As many as make IKE_AUTH longer than 576 octets. */
  private static SwanctlConf manySelectors(SwanctlConf conf) {
    // Whoever has 10.1.0.0/24 as its own network is on the left.
    boolean left = conf.json().get("local_id").getAsString().endsWith("7");
    String many =
        IntStream.range(0, 50)
            .mapToObj(i -> "10.1.%d.0/24".formatted(2 * i))
            .collect(Collectors.joining(", "));
    return conf.child(left ? "local_ts" : "remote_ts", many);
  }
}
