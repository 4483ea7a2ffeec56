/** The shell: binds services as they come and go, and hands them to the core. */
package io.keyway.tunnels.osgi;
