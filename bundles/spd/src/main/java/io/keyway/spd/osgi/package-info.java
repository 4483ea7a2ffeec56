/** The Declarative Services shell of the SPD. */
package io.keyway.spd.osgi;
