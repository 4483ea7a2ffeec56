/**
 * What the engine stands on: settings, the services of other bundles, workers with timers, events
 * and counters. Nothing here knows the protocol.
 */
package io.keyway.ike.engine.base;
