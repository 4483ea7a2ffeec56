/**
 * Data planes: what does ESP for us. One {@link io.keyway.api.plane.DataPlane} service per device,
 * with the service property {@code keyway.plane} = its name.
 */
@org.osgi.annotation.bundle.Export
@org.osgi.annotation.versioning.Version("1.0.0")
package io.keyway.api.plane;
