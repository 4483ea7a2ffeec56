/** What joins emulated devices: a wire inside the process or over UDP, and the capture of it. */
package io.keyway.emulator.infrap4d.wire;
