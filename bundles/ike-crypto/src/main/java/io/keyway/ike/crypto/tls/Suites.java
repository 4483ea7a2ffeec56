package io.keyway.ike.crypto.tls;

import java.util.stream.IntStream;
import org.bouncycastle.tls.CipherSuite;
import org.bouncycastle.tls.NamedGroup;
import org.bouncycastle.tls.ProtocolVersion;

/**
 * What is offered: TLS 1.3 and 1.2, ephemeral elliptic curves and AEADs alone. Without a static or
 * a finite-field key exchange nobody can make two connections have the same keys, so keys may be
 * exported though the peer does not know the extended master secret (RFC 7627 section 5.4).
 */
final class Suites {
  private static final int[] MODERN = {
    CipherSuite.TLS_AES_256_GCM_SHA384,
    CipherSuite.TLS_AES_128_GCM_SHA256,
    CipherSuite.TLS_CHACHA20_POLY1305_SHA256
  };
  private static final int[] RSA = {
    CipherSuite.TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384,
    CipherSuite.TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256,
    CipherSuite.TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305_SHA256
  };
  private static final int[] ECDSA = {
    CipherSuite.TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384,
    CipherSuite.TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256,
    CipherSuite.TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256
  };
  static final int[] GROUPS = {
    NamedGroup.x25519, NamedGroup.secp256r1, NamedGroup.secp384r1, NamedGroup.secp521r1
  };

  private Suites() {}

  static int[] all(boolean rsa, boolean ecdsa) {
    IntStream old =
        IntStream.concat(
            rsa ? IntStream.of(RSA) : IntStream.empty(),
            ecdsa ? IntStream.of(ECDSA) : IntStream.empty());
    return IntStream.concat(IntStream.of(MODERN), old).toArray();
  }

  static ProtocolVersion[] versions(boolean modern) {
    return modern
        ? ProtocolVersion.TLSv13.downTo(ProtocolVersion.TLSv12)
        : ProtocolVersion.TLSv12.only();
  }
}
