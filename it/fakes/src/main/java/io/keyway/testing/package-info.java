/** Time that a test turns by hand, and a data plane that does what a test tells it. */
package io.keyway.testing;
