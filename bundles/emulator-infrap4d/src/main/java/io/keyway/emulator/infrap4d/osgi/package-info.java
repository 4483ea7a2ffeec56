/**
 * The emulator in a container: one device per factory configuration {@code
 * io.keyway.emulator.infrap4d}, the wires they share, and IKE in their captures.
 */
package io.keyway.emulator.infrap4d.osgi;
