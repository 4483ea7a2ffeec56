package io.keyway.ike.engine.auth;

import io.keyway.ike.message.CertificatePayload;
import java.security.cert.CertificateEncodingException;
import java.security.cert.X509Certificate;
import java.util.List;

/**
 * The certificates that we send with one credential, made again only when other authorities are
 * known: finding out who issued whom takes more than our signature.
 */
final class SentChain {
  private record Made(List<X509Certificate> authorities, List<CertificatePayload> payloads) {}

  private volatile Made last;

  /** Makes the payloads. */
  @FunctionalInterface
  interface Maker {
    List<CertificatePayload> make() throws CertificateEncodingException;
  }

  /** Those that were made last, if they were made with the very same list. */
  @SuppressWarnings("ReferenceEquality")
  List<CertificatePayload> with(List<X509Certificate> authorities, Maker maker)
      throws CertificateEncodingException {
    Made known = last;
    if (known == null || known.authorities != authorities) {
      known = new Made(authorities, List.copyOf(maker.make()));
      last = known;
    }
    return known.payloads;
  }
}
