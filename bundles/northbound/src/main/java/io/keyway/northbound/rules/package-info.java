/**
 * Rules of the configuration that reach across entries. OpenDaylight checks neither leafrefs nor
 * {@code must}, so every way in passes through here.
 */
package io.keyway.northbound.rules;
