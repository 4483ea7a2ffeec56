/**
 * The southbound to a DPDK vRouter: SAs, policies and IKE datagrams by gRPC to the IPsec agent that
 * runs beside its data path.
 *
 * <p>{@code settings} says how to reach an agent; {@code agent} talks gRPC; {@code message} turns
 * Keyway's values into the agent's messages and back; {@code core} decides what to send when;
 * {@code ike} carries IKE of gateway addresses that live on the router; {@code osgi} is the shell.
 */
package io.keyway.plane.vrouter;
