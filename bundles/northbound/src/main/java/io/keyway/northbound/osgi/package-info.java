/** Declarative Services around the plain classes: what is wired to what, and when it starts. */
package io.keyway.northbound.osgi;
