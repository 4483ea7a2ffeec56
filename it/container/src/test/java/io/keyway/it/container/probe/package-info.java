/** What goes into the jar that the tests drop into deploy/. */
package io.keyway.it.container.probe;
