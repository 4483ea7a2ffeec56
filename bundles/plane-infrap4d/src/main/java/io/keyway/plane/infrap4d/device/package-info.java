/**
 * The device as the core sees it ({@link io.keyway.plane.infrap4d.device.Device}), and the gRPC
 * side of it: channels, arbitration, rows, SAs, SPIs and expiry events.
 */
package io.keyway.plane.infrap4d.device;
