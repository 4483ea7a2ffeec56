/** How to reach a vRouter's agent. */
package io.keyway.plane.vrouter.settings;
