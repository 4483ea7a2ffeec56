/**
 * The security association database (RFC 4301 section 4.4.2): who has which SA on which data plane.
 *
 * <p>It sits between IKE engines and data planes, puts the writes of each plane in order, answers
 * for every item what was confirmed, and keeps the rules that keys depend on: an outbound key is
 * noted on disk before it is written and never written again, and a plane that may have restarted
 * burns every key it had.
 */
package io.keyway.sad;
