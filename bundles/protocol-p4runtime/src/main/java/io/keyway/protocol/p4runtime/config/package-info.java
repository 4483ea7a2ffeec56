/** Generated messages of P4Info, the description of a P4 program ({@code p4.config.v1}). */
@Export
@Version("1.0.0")
package io.keyway.protocol.p4runtime.config;

import org.osgi.annotation.bundle.Export;
import org.osgi.annotation.versioning.Version;
