/**
 * UDP sockets for IKE (RFC 7296 section 2, RFC 3948): one selector thread for all of them, bounded
 * queues, and a waiting room for datagrams that come while no engine is attached.
 */
package io.keyway.transport;
