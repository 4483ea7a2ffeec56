/**
 * What lets peers come back at once after this end lost its IKE SAs: tokens of quick crash
 * detection (RFC 6290), under a secret that outlives the process.
 */
package io.keyway.ike.engine.recovery;
