/**
 * The native engine alone in a process of its own, with databases that accept everything at once,
 * as charon's {@code fake_kernel} does.
 */
package io.keyway.it.bench.node;
