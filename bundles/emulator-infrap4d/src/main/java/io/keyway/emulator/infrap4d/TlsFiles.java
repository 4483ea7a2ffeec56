package io.keyway.emulator.infrap4d;

import java.nio.file.Path;
import java.util.Objects;
import java.util.Optional;

/**
 * TLS of the device's addresses.
 *
 * @param certificate PEM chain of the server
 * @param key PEM PKCS#8 key of the server
 * @param ca PEM certificates that client certificates are checked against; absent when they are not
 * @param clientCertificates what is asked of clients
 */
public record TlsFiles(
    Path certificate, Path key, Optional<Path> ca, ClientCertificates clientCertificates) {

  /** The five settings of infrap4d's flag {@code client_cert_req_type}. */
  public enum ClientCertificates {
    NO_REQUEST,
    REQUEST_NO_VERIFY,
    REQUEST_AND_VERIFY,
    REQUIRE_NO_VERIFY,
    REQUIRE_AND_VERIFY;

    /** Whether a certificate that comes must be signed by the CA. */
    public boolean verify() {
      return this == REQUEST_AND_VERIFY || this == REQUIRE_AND_VERIFY;
    }
  }

  public TlsFiles {
    Objects.requireNonNull(certificate, "certificate");
    Objects.requireNonNull(key, "key");
    Objects.requireNonNull(ca, "ca");
    if (clientCertificates.verify() && ca.isEmpty()) {
      throw new IllegalArgumentException(
          "client certificates cannot be verified without a CA file");
    }
  }
}
