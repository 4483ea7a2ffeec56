/**
 * {@code ./keyway bench}: what Keyway costs on this machine, beside a reference that is measured in
 * the same run. No targets, medians with their spread.
 */
package io.keyway.it.bench;
