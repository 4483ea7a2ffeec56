/**
 * A stand-in for an Intel IPU E2100 behind {@code infrap4d}: the same two gRPC services with the
 * same refusals and oddities, and a pipeline in software that does what the rows and SAs written
 * into it say. It is a test tool for any controller, not only for Keyway, and knows nothing of the
 * controller that it serves.
 */
package io.keyway.emulator.infrap4d;
