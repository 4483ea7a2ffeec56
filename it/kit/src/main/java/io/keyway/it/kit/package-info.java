/**
 * What the demo, the container tests and the benchmarks share: a distribution of their own on free
 * ports, a RESTCONF client that trusts just that distribution, and an emulator's remote control.
 */
package io.keyway.it.kit;
