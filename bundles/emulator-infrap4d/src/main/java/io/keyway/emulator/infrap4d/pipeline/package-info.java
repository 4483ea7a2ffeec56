/**
 * The device behind the two services: tables, SAD, SPI allocator, counters, and the packet path
 * that works by them. Knows neither gRPC nor the wire.
 */
package io.keyway.emulator.infrap4d.pipeline;
