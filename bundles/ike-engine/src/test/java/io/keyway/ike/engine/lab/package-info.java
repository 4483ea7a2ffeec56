/**
 * Gateways in one test: a clock that only the test moves, a network that loses what the test says,
 * and planes that answer what the test says.
 */
package io.keyway.ike.engine.lab;
