/** Settings that all types of devices share: addresses and TLS. */
package io.keyway.plane.support.settings;
