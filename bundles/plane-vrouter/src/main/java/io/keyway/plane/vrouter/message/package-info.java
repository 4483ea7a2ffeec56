/** Keyway's values as the agent's messages, and back. Pure functions. */
package io.keyway.plane.vrouter.message;
