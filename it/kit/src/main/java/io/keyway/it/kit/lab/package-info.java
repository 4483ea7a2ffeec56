/**
 * Places where packets can be sent for real: commands with a deadline, network namespaces of this
 * process, cables between them, and looking again until something has happened.
 */
package io.keyway.it.kit.lab;
