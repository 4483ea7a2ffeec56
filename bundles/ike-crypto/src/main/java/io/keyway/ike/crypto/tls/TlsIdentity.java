package io.keyway.ike.crypto.tls;

import java.security.PrivateKey;
import java.security.cert.X509Certificate;
import java.util.List;

/**
 * What we show, and whom we ask for.
 *
 * @param chain our certificate, then intermediate ones in the order of the chain
 * @param key of our certificate
 * @param authorities whose certificates we take, as hints for the peer
 */
public record TlsIdentity(
    List<X509Certificate> chain, PrivateKey key, List<X509Certificate> authorities) {
  public TlsIdentity {
    chain = List.copyOf(chain);
    authorities = List.copyOf(authorities);
  }

  /** Never the key. */
  @Override
  public String toString() {
    return "TlsIdentity[" + chain.get(0).getSubjectX500Principal() + "]";
  }
}
