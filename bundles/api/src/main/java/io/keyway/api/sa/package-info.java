/**
 * Security associations and {@link io.keyway.api.sa.SadService}, the service that owns them (RFC
 * 4301 section 4.4.2).
 */
@org.osgi.annotation.bundle.Export
@org.osgi.annotation.versioning.Version("1.0.0")
package io.keyway.api.sa;
