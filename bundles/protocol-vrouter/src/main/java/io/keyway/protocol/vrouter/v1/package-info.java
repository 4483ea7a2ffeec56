/**
 * Generated messages and stubs of the vRouter agent (protobuf package {@code keyway.vrouter.v1}).
 */
@Export
@Version("1.0.0")
package io.keyway.protocol.vrouter.v1;

import org.osgi.annotation.bundle.Export;
import org.osgi.annotation.versioning.Version;
