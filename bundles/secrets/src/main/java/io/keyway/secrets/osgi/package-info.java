/** Declarative Services shell of the secret store. */
package io.keyway.secrets.osgi;
