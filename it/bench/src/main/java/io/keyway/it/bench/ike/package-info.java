/** IKE set-ups: Keyway's engine and charon's load-tester take turns under the same load. */
package io.keyway.it.bench.ike;
