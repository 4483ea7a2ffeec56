/**
 * Time that a test turns by hand, a data plane that does what a test tells it, and an authority
 * that certifies anything.
 */
package io.keyway.testing;
