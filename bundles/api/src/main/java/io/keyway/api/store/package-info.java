/** State that outlives a bundle, and secrets by name. */
@org.osgi.annotation.bundle.Export
@org.osgi.annotation.versioning.Version("1.1.0")
package io.keyway.api.store;
