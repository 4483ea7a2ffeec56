/**
 * TLS towards a device with files that may change at any time: every handshake uses them as they
 * are then, a half-written or mismatching pair never takes the place of one that works, and dates
 * are watched.
 */
package io.keyway.plane.support.tls;
