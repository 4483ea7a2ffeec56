/** Binds the services of other bundles to the commands. */
package io.keyway.shell.osgi;
