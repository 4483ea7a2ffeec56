/**
 * The southbound to an Intel IPU E2100 behind infrap4d: policies become table rows by P4Runtime,
 * SAs become entries of a gNMI tree.
 *
 * <p>{@code settings} says how to reach a device and which of its contradictory habits to believe;
 * {@code pipeline} knows the six tables; {@code device} talks gRPC; {@code core} decides what to
 * write when; {@code osgi} is the shell.
 */
package io.keyway.plane.infrap4d;
