/** The shell: takes the configuration and the state store from their services, offers planes. */
package io.keyway.plane.vrouter.osgi;
