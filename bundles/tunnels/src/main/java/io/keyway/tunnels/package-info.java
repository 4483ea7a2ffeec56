/**
 * Desired state: what the operator configured becomes connections of an engine and hold policies of
 * the SPD, and is kept so. It depends on services that come and go, and says which one it waits
 * for.
 *
 * <p>{@code plan} decides, without side effects, what a tunnel needs; {@code io.keyway.tunnels}
 * carries it out on one serial loop that never blocks; {@code osgi} is the shell.
 */
package io.keyway.tunnels;
