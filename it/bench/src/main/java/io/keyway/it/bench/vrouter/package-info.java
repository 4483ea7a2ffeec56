/** The vRouter's agent: its ESP beside ipsec-secgw and a bare loop, and how fast it takes SAs. */
package io.keyway.it.bench.vrouter;
