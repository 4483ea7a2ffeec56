/** How to reach a device, and which of its habits to believe. */
package io.keyway.plane.infrap4d.settings;
