/**
 * Certificates for tests, made on the spot, so that nobody needs tools or an authority to try
 * mutual TLS. Not for anything that matters.
 */
package io.keyway.emulator.infrap4d.pki;
