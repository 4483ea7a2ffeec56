/**
 * The device model of one data plane, as it is shown on a mount point. Keys are empty in it. Where
 * a data plane allows it, users with a role of their own can write SAs by hand.
 */
package io.keyway.northbound.device;
