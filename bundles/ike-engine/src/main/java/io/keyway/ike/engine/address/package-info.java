/**
 * Addresses that peers get from pools (RFC 7296 section 2.19): who has which one, noted so that no
 * restart hands one out twice, and how all that is said in CP.
 */
package io.keyway.ike.engine.address;
