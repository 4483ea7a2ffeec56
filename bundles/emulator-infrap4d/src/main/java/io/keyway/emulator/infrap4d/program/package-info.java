/** The P4 program of the device: its names, its p4info, and tables that hold rows by its rules. */
package io.keyway.emulator.infrap4d.program;
