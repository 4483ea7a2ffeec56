/**
 * The IKEv2 wire format (RFC 7296 section 3) as immutable values and pure functions.
 *
 * <p>Nothing here knows of connections, keys or time. {@link io.keyway.ike.message.MessageDecoder}
 * turns a datagram into one of a closed set of results and never throws on input from the network;
 * {@link io.keyway.ike.message.MessageEncoder} writes the opposite way. Encryption is left to a
 * {@link io.keyway.ike.message.MessageProtection}, which sees only offsets into the message.
 *
 * <p>Numbers that IANA hands out stay plain ints, with named constants beside them: a peer may send
 * any number, and an enumeration could not hold it.
 */
@Export
@Version("1.0.0")
package io.keyway.ike.message;

import org.osgi.annotation.bundle.Export;
import org.osgi.annotation.versioning.Version;
