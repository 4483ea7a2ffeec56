/**
 * Tickets of session resumption (RFC 5723): what an IKE SA leaves behind so that it can be resumed
 * without authenticating anew, sealed for the peer to keep as a gateway, kept as a client, and the
 * list of those that are of no use any more. The exchanges are in {@code sa}.
 */
package io.keyway.ike.engine.resume;
