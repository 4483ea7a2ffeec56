/** What the Karaf commands of scope {@code ipsec} have in common: the services they speak to. */
package io.keyway.shell;
