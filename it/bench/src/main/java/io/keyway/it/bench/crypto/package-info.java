/** What the primitives cost, in Java and by OpenSSL. */
package io.keyway.it.bench.crypto;
