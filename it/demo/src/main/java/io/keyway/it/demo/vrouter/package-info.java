/**
 * Two DPDK routers with a host behind each, in network namespaces: the lab of {@code ./keyway
 * vrouter}, and the demonstration with two controllers on it.
 */
package io.keyway.it.demo.vrouter;
