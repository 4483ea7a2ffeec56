/** Calls to an agent: one connection, each call with a deadline, errors as sentences. */
package io.keyway.plane.vrouter.agent;
