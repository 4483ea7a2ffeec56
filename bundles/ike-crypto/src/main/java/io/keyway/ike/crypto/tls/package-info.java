/**
 * TLS without sockets, as EAP-TLS needs it: octets in, octets out, and at the end the keys that EAP
 * wants of it.
 */
@org.osgi.annotation.bundle.Export
@org.osgi.annotation.versioning.Version("1.0.0")
package io.keyway.ike.crypto.tls;
