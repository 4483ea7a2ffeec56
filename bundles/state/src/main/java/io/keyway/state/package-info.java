/**
 * The store of octets that outlive a bundle and, in an encrypted journal, the process: what an
 * engine, a database or a plane must know to go on where an earlier life of it ended, in whichever
 * way. A bundle of its own, so that updating an owner does not touch what it left.
 */
package io.keyway.state;
