/** The Karaf commands of scope {@code ipsec} and their completers; thin. */
package io.keyway.shell.command;
