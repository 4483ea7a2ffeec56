/**
 * The demonstration: two sites, one tunnel, everything real but the silicon. See {@link
 * io.keyway.it.demo.Demo}.
 */
package io.keyway.it.demo;
