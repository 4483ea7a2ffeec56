/**
 * Labs with the vRouter's agent: the program, built once; a running one; and a router between a
 * host and a wire, with something else at the far end.
 */
package io.keyway.it.kit.vrouter;
