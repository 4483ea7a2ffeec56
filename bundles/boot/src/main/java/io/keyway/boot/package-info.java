/**
 * What must have happened before the first socket opens.
 *
 * <p>The bundle stands in {@code etc/startup.properties}, below the configuration admin and far
 * below the SSH and HTTP servers. Its activator runs to its end before the framework starts the
 * next bundle, so nothing here races with anything. On the first start it makes the administrator's
 * password, the shell user, the console's key and the certificate for HTTPS; on every start it
 * checks that whatever listens beyond loopback is encrypted, and ends the process where it is not.
 * It depends on the JDK and the framework alone, and nothing depends on it.
 */
package io.keyway.boot;
