/**
 * Signatures for AUTH: the schemes, how they are named on the wire (RFC 7427, RFC 8420, RFC 4754),
 * and how strict a signature of a peer is looked at.
 */
@org.osgi.annotation.bundle.Export
@org.osgi.annotation.versioning.Version("1.0.0")
package io.keyway.ike.crypto.sign;
