/** The Declarative Services shell of the SAD: binds services, and knows where the journal lives. */
package io.keyway.sad.osgi;
