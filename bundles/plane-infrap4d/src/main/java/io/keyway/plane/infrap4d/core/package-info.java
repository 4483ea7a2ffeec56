/**
 * What to write when: one worker per device owns the mirror of what was confirmed, turns changes
 * into steps, batches the steps of independent changes, and undoes what failed.
 */
package io.keyway.plane.infrap4d.core;
