/** The command line of the control interface, for who has no gRPC tools at hand. */
package io.keyway.emulator.infrap4d.cli;
