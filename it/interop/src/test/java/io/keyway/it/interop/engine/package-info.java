/**
 * The native engine in a virtual machine of its own, so that it can live in another network
 * namespace than the test: commands come as JSON lines, and keys are written down as charon's stub
 * does it.
 */
package io.keyway.it.interop.engine;
