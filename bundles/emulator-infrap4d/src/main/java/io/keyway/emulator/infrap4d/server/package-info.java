/**
 * The two services of infrap4d, gNMI and P4Runtime, with their refusals, and the faults on order.
 */
package io.keyway.emulator.infrap4d.server;
