package io.keyway.it.interop;

import io.keyway.it.interop.Peers.Side;
import java.util.List;

/** Addresses from pools, and what else IKE_AUTH agrees on beside proofs. */
final class SessionFeatures {
  private static final String ADDRESSES = "Virtual addresses, RFC 7296 section 2.19";
  private static final String BEHIND_KEYWAY = "10.1.0.0/24, fd00:1::/64";
  private static final String BEHIND_CHARON = "10.2.0.0/24, fd00:2::/64";

  private SessionFeatures() {}

  static List<Feature> all() {
    return List.of(
        Feature.same(
            "Exchanges",
            "IKE SA without a child, RFC 6023",
            c -> c.connection("childless", "force"),
            "CREATE_CHILD_SA (request|response) . \\[ SA No KE TSi TSr"),
        Feature.of(
                ADDRESSES,
                "IPv4 and IPv6, from charon's pools",
                c -> asks(c, "0.0.0.0, ::", BEHIND_CHARON),
                SessionFeatures::charonGives,
                "assigning virtual IP fd00:3::1 to peer")
            .from(Side.KEYWAY)
            .everywhere(),
        Feature.of(
                ADDRESSES,
                "IPv4 and IPv6, from Keyway's pool",
                SessionFeatures::keywayGives,
                c -> asks(c, "0.0.0.0, ::", BEHIND_KEYWAY),
                "installing new virtual IP fd00:3::1")
            .from(Side.CHARON)
            .everywhere(),
        Feature.of(
                ADDRESSES,
                "A certain address, asked of charon, which gives another",
                c -> asks(c, "10.3.0.9", "10.2.0.0/24"),
                SessionFeatures::charonGives,
                "peer requested virtual IP 10.3.0.9")
            .from(Side.KEYWAY),
        Feature.of(
                ADDRESSES,
                "A certain address, from Keyway's pool",
                SessionFeatures::keywayGives,
                c -> asks(c, "10.3.0.9", "10.1.0.0/24"),
                "installing new virtual IP 10.3.0.9")
            .from(Side.CHARON));
  }

  static SwanctlConf asks(SwanctlConf conf, String vips, String remote) {
    return conf.connection("vips", vips).child("local_ts", "dynamic").child("remote_ts", remote);
  }

  static SwanctlConf keywayGives(SwanctlConf conf) {
    return conf.connection("pools", "10.3.0.0/28, fd00:3::/120")
        .connection("pool_dns", "10.1.0.53, fd00:1::53")
        .child("local_ts", BEHIND_KEYWAY)
        .child("remote_ts", "dynamic");
  }

  static SwanctlConf charonGives(SwanctlConf conf) {
    return conf.connection("pools", "four, six")
        .child("local_ts", BEHIND_CHARON)
        .child("remote_ts", "dynamic")
        .section(
            "pools {\n  four {\n    addrs = 10.3.0.0/28\n    dns = 10.2.0.53\n  }\n"
                + "  six {\n    addrs = fd00:3::/120\n    dns = fd00:2::53\n  }\n}");
  }
}
