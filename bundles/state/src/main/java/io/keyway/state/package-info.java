/**
 * The store of octets that outlive a bundle, but not the process: what a stopping engine or
 * database leaves for the version that comes. A bundle of its own, so that updating an owner does
 * not touch what it left.
 */
package io.keyway.state;
