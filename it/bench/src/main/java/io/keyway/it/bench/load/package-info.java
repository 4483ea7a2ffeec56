/** A large configuration in one call, and whether others are served meanwhile. */
package io.keyway.it.bench.load;
