/** Generated messages that Stratum-based devices add to P4Runtime ({@code stratum}). */
@Export
@Version("1.0.0")
package io.keyway.protocol.p4runtime.stratum;

import org.osgi.annotation.bundle.Export;
import org.osgi.annotation.versioning.Version;
