/**
 * X.509 certificates: reading them and their keys, whether a chain leads to an authority that we
 * trust (RFC 5280), and whether a certificate was revoked (CRL, and OCSP by RFC 6960).
 *
 * <p>Nothing here reads files or knows identities of IKE. What is fetched from the network goes
 * through {@link io.keyway.ike.crypto.cert.Fetcher}, never through the JDK's own revocation
 * checking, which would connect to whatever address a certificate names.
 */
@org.osgi.annotation.bundle.Export
@org.osgi.annotation.versioning.Version("1.0.0")
package io.keyway.ike.crypto.cert;
