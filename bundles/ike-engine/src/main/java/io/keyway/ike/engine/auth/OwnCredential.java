package io.keyway.ike.engine.auth;

import java.security.PrivateKey;
import java.security.cert.X509Certificate;
import java.util.List;

/**
 * Our certificate and its key.
 *
 * @param chain ours first, then intermediate ones in the order of the file
 * @param sent what goes to peers of it
 */
record OwnCredential(List<X509Certificate> chain, PrivateKey key, SentChain sent) {
  OwnCredential(List<X509Certificate> chain, PrivateKey key) {
    this(chain, key, new SentChain());
  }

  OwnCredential {
    chain = List.copyOf(chain);
  }

  X509Certificate certificate() {
    return chain.get(0);
  }

  /** Never the key. */
  @Override
  public String toString() {
    return "OwnCredential[" + certificate().getSubjectX500Principal() + "]";
  }
}
