/** How long a start takes, and how much memory it needs. */
package io.keyway.it.bench.boot;
