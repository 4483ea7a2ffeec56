/**
 * IKE engines, what they are told to do, what they tell, and the datagrams they exchange with
 * peers.
 */
@org.osgi.annotation.bundle.Export
@org.osgi.annotation.versioning.Version("1.0.0")
package io.keyway.api.ike;
