/**
 * The security policy database (RFC 4301 section 4.4.1): what each data plane does with packets.
 *
 * <p>Everybody who wants something of a place of a plane puts a claim; the highest claim that is
 * awake is programmed, and a change of the highest claim is one write that replaces what was there.
 * So a place that somebody claims is never empty in between, and never lets pass in clear what is
 * held or protected.
 */
package io.keyway.spd;
