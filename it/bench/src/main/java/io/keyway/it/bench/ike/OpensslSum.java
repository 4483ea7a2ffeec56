package io.keyway.it.bench.ike;

import io.keyway.it.bench.crypto.OpensslSpeed;
import io.keyway.it.bench.node.Profile;
import java.io.IOException;
import java.util.Optional;
import java.util.OptionalDouble;

/**
 * What the cryptography of one side of a set-up costs by {@code openssl speed}, and nothing else:
 * no parsing, no sockets, no keying. The least that an IKE daemon on OpenSSL can need.
 */
final class OpensslSum {
  /** A key pair costs about what an agreement does, and openssl speed measures the latter only. */
  private static final int AGREEMENTS = 2;

  /**
   * SKEYSEED 1, IKE keys 5, both AUTH payloads 6, CHILD_SA keys 2 (RFC 7296 sections 2.14-2.17).
   */
  private static final int PRFS = 14;

  private static final int PRF_OCTETS = 128;

  /** IKE_AUTH request and response: one sealed, one opened. */
  private static final int MESSAGES = 2;

  private static final int MESSAGE_OCTETS = 256;

  /** NAT detection, two sent and two compared (RFC 7296 section 2.23). */
  private static final int HASHES = 4;

  private static final int HASH_OCTETS = 64;

  private OpensslSum() {}

  static String describe() {
    return "%d x ECDH, %d x HMAC of %d octets, %d x GCM of %d, %d x SHA-1 of %d"
        .formatted(AGREEMENTS, PRFS, PRF_OCTETS, MESSAGES, MESSAGE_OCTETS, HASHES, HASH_OCTETS);
  }

  /** Milliseconds for one side; empty where openssl speed measures no such key exchange. */
  static OptionalDouble millis(Profile profile) throws IOException, InterruptedException {
    Optional<String> group =
        switch (profile.group()) {
          case X25519 -> Optional.of("ecdhx25519");
          case ECP_256 -> Optional.of("ecdhp256");
          case ECP_384 -> Optional.of("ecdhp384");
          case ECP_521 -> Optional.of("ecdhp521");
          default -> Optional.empty();
        };
    if (group.isEmpty() || profile.proof().certificates()) {
      return OptionalDouble.empty();
    }
    boolean strong = profile.strong();
    double micros =
        AGREEMENTS * OpensslSpeed.agreement(group.get())
            + PRFS * OpensslSpeed.hmac(strong ? "sha384" : "sha256", PRF_OCTETS)
            + MESSAGES * OpensslSpeed.evp(strong ? "aes-256-gcm" : "aes-128-gcm", MESSAGE_OCTETS)
            + HASHES * OpensslSpeed.evp("sha1", HASH_OCTETS);
    return OptionalDouble.of(micros / 1000);
  }
}
