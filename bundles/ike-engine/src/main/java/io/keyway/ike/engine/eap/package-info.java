/**
 * EAP inside IKE_AUTH (RFC 3748, RFC 7296 section 2.16): packets, the peer's and the server's
 * conversation, and one {@link io.keyway.ike.engine.eap.EapMethod} per method and side. Nothing
 * here knows IKE SAs or workers; futures complete on any thread, and what is costly never runs on
 * the caller's.
 */
package io.keyway.ike.engine.eap;
