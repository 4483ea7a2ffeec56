/**
 * The cryptography of IKEv2: pseudo-random functions and key schedule (RFC 7296 sections 2.13 to
 * 2.18), PSK authentication (2.15), protection of the Encrypted payload (3.14, RFC 5282) and key
 * exchanges (RFC 3526, RFC 5903, RFC 8031).
 *
 * <p>{@link io.keyway.ike.crypto.IkeCrypto} is the way in. It picks for each algorithm the fastest
 * provider that is present and that passes a known-answer test.
 */
@org.osgi.annotation.bundle.Export
@org.osgi.annotation.versioning.Version("1.0.0")
package io.keyway.ike.crypto;
