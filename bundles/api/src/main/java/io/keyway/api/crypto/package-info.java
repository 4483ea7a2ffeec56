/**
 * Names of algorithms, with their IANA numbers (IKEv2 parameters registry), the keywords of
 * strongSwan proposals and the names of the northbound model. No implementation.
 */
@org.osgi.annotation.bundle.Export
@org.osgi.annotation.versioning.Version("1.0.0")
package io.keyway.api.crypto;
