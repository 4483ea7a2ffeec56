/**
 * Traffic selectors (RFC 7296 section 3.13, RFC 4301 section 4.4.1.1) and what is asked of them.
 */
@org.osgi.annotation.bundle.Export
@org.osgi.annotation.versioning.Version("1.0.0")
package io.keyway.api.ts;
