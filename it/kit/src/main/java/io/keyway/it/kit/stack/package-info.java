/**
 * Everything of a controller below the northbound, wired by hand in one process: no container, real
 * threads and real time.
 */
package io.keyway.it.kit.stack;
