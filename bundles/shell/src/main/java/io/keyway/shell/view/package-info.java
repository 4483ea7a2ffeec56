/** Prints state for people, in swanctl's words, and as JSON for scripts. Pure functions. */
package io.keyway.shell.view;
