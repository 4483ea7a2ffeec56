/**
 * Fuzz targets: one class for each thing that reads octets of strangers. A target takes any octets
 * and returns; whatever else it does (throw, loop, disagree with itself) is a finding.
 *
 * <p>The classes have the entry point that Jazzer looks for and depend on nothing of it, so that
 * the corpus is replayed by an ordinary test.
 */
package io.keyway.it.fuzz;
