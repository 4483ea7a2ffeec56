/**
 * Generated messages of infrap4d's SAD entry, which travels as protobuf text ({@code stratum.hal}).
 */
@Export
@Version("1.0.0")
package io.keyway.protocol.gnmi.sad;

import org.osgi.annotation.bundle.Export;
import org.osgi.annotation.versioning.Version;
