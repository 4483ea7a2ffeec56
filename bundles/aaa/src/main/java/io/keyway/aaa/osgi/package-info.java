/** The Declarative Services shell of {@link io.keyway.aaa}. */
package io.keyway.aaa.osgi;
