/** Declarative Services shell of the transport. */
package io.keyway.transport.osgi;
