/**
 * What every southbound needs, whatever its device speaks: planes that follow the configuration,
 * the one thread of a plane, its listeners, and what it notes for its next life. Each southbound
 * carries a private copy of these packages, so that updating one never touches another.
 */
package io.keyway.plane.support;
