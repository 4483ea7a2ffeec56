package io.keyway.ike.engine.sa;

/**
 * What IKE_SA_INIT leaves for IKE_AUTH: both nonces and both messages as they went over the wire
 * (RFC 7296 section 2.15). Dropped as soon as both sides are authenticated.
 */
final class Handshake {
  byte[] initiatorNonce = {};
  byte[] responderNonce = {};
  byte[] initRequest = {};
  byte[] initResponse = {};
}
