/**
 * How the two sides prove who they are in IKE_AUTH (RFC 7296 section 2.15): one {@link
 * io.keyway.ike.engine.auth.Authenticator} per method. Nothing here knows IKE SAs or workers;
 * futures complete on any thread, and what may touch a disk or the network never runs on the
 * caller's.
 */
package io.keyway.ike.engine.auth;
