/** The Declarative Services shell of the engine; everything it does is hand services over. */
package io.keyway.ike.engine.osgi;
