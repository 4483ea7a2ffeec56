package io.keyway.api.ike;

import java.util.List;
import java.util.Objects;

/**
 * What goes with authentication by certificates. Names are those of the secret store, which also
 * shows the files of the keystore directory.
 *
 * @param certificate ours, with the intermediate ones that lead to its authority; empty when we do
 *     not use one
 * @param privateKey its key
 * @param authorities whom we trust for the peer's certificate; none: every authority in the store
 * @param revocation how much must be known about the peer's chain
 * @param revocationHosts hosts that CRLs and OCSP answers may be fetched from, in lower case, with
 *     {@code :port} where it is not the usual one
 * @param signatures acceptable signature schemes of both sides by their keywords, such as {@code
 *     rsa-pss-sha256}, the preferred one first; none: everything but {@code rsa-sha1}
 */
public record CertificateSettings(
    String certificate,
    String privateKey,
    List<String> authorities,
    Revocation revocation,
    List<String> revocationHosts,
    List<String> signatures) {

  /** Neither side uses certificates. */
  public static final CertificateSettings NONE =
      new CertificateSettings("", "", List.of(), Revocation.RELAXED, List.of(), List.of());

  /** Policies in strongSwan's words. */
  public enum Revocation {
    /** Every certificate must be known to be good. */
    STRICT,
    /** The same for those that name a CRL or an OCSP responder. */
    IFURI,
    /** Only those known to be revoked are refused. */
    RELAXED
  }

  public CertificateSettings {
    Objects.requireNonNull(certificate, "certificate");
    Objects.requireNonNull(privateKey, "privateKey");
    Objects.requireNonNull(revocation, "revocation");
    authorities = List.copyOf(authorities);
    revocationHosts = List.copyOf(revocationHosts);
    signatures = List.copyOf(signatures);
  }
}
