/**
 * The ESP transform of RFC 4303 on byte arrays: encryption, integrity, extended sequence numbers,
 * anti-replay, tunnel and transport mode. It serves the emulated data plane and tests; no packet of
 * a real deployment passes through it.
 */
@Export
@Version("1.0.0")
package io.keyway.esp;

import org.osgi.annotation.bundle.Export;
import org.osgi.annotation.versioning.Version;
