/** Programming a data plane: tunnels, SAs and rows per second against the emulated E2100. */
package io.keyway.it.bench.plane;
