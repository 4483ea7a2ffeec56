/** Generated messages of gNMI's extension slot ({@code gnmi_ext}). */
@Export
@Version("1.0.0")
package io.keyway.protocol.gnmi.ext;

import org.osgi.annotation.bundle.Export;
import org.osgi.annotation.versioning.Version;
