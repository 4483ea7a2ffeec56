/** Generated messages and stubs of P4Runtime (protobuf package {@code p4.v1}). */
@Export
@Version("1.0.0")
package io.keyway.protocol.p4runtime;

import org.osgi.annotation.bundle.Export;
import org.osgi.annotation.versioning.Version;
