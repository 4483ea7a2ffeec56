/** The configuration as the operator wrote it, and the store it is kept in. */
@org.osgi.annotation.bundle.Export
@org.osgi.annotation.versioning.Version("1.0.0")
package io.keyway.api.intent;
