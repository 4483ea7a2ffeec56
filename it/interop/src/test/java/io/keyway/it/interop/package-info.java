/**
 * Real IKEv2 peers, real packets: strongSwan's charon in network namespaces, judged by tshark and
 * scapy.
 *
 * <p>Everything that a test makes (namespaces, processes, files) belongs to its {@link
 * io.keyway.it.interop.Lab} and ends with it. Where a machine cannot run these tests, each is
 * reported by name as not run, with the reason; with {@code KEYWAY_REQUIRE_INTEROP=1} in the
 * environment it fails instead.
 */
package io.keyway.it.interop;
