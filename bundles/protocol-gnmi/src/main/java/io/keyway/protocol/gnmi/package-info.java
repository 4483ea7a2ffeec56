/** Generated messages and stubs of gNMI (protobuf package {@code gnmi}). */
@Export
@Version("1.0.0")
package io.keyway.protocol.gnmi;

import org.osgi.annotation.bundle.Export;
import org.osgi.annotation.versioning.Version;
