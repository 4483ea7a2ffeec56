/**
 * Reads the CNR's YAML into intent: strictly, with a place in the file for every complaint, and all
 * or nothing.
 *
 * <p>The file is only composed into nodes, never into objects named by it, so nothing in it can
 * construct anything.
 */
package io.keyway.shell.yaml;
