/**
 * What lets peers come back at once after this end lost its IKE SAs: tokens of quick crash
 * detection (RFC 6290) and tickets of session resumption (RFC 5723), under secrets that outlive the
 * process.
 */
package io.keyway.ike.engine.recovery;
