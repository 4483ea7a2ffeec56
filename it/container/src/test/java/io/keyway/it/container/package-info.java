/**
 * What can be seen of the real distribution from outside: over HTTPS, over SSH, and in its files.
 */
package io.keyway.it.container;
