/**
 * The device model of one data plane, as it is shown on a mount point. Keys are empty in it, and
 * nothing in it can be written.
 */
package io.keyway.northbound.device;
