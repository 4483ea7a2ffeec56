/** Declarative Services shell of the state store. */
package io.keyway.state.osgi;
