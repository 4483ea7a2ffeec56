/** Derivations of EAP methods; nothing here knows packets. */
@org.osgi.annotation.bundle.Export
@org.osgi.annotation.versioning.Version("1.0.0")
package io.keyway.ike.crypto.eap;
