/** The control interface: packets in and out, counters and faults, on loopback only. */
package io.keyway.emulator.infrap4d.control;
