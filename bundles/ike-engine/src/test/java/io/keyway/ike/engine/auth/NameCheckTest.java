package io.keyway.ike.engine.auth;

import static org.assertj.core.api.Assertions.assertThat;

import io.keyway.api.ike.Identity;
import io.keyway.ike.crypto.cert.Certificates;
import java.io.InputStream;
import java.security.cert.X509Certificate;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A certificate with names of every kind (names.pem). */
class NameCheckTest {

  private static X509Certificate certificate() throws Exception {
    try (InputStream in = NameCheckTest.class.getResourceAsStream("/names.pem")) {
      return Certificates.readAll(in.readAllBytes()).get(0);
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "gw.example.org",
        "ops@example.org",
        "192.0.2.1",
        "2001:db8::1",
        "C=CH, O=Keyway, CN=common.example",
        "C=ch, O=KEYWAY,   CN=Common.Example",
        "@#f9c75c454a98b6240932feafad304f4bd4c02d05"
      })
  void namesThatStandInItAreItsOwn(String identity) throws Exception {
    assertThat(NameCheck.problem(certificate(), Identity.parse(identity))).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        // A common name is no domain name, a wildcard matches nothing, and types do not mix.
        "common.example",
        "a.wild.example",
        "example.org",
        "gw.example.org.evil.example",
        "@gw.example.org",
        "other@example.org",
        "192.0.2.2",
        "2001:db8::2",
        "CN=common.example, O=Keyway, C=CH",
        "C=CH, O=Keyway, OU=x, CN=common.example",
        "@#00"
      })
  void otherNamesAreNot(String identity) throws Exception {
    assertThat(NameCheck.problem(certificate(), Identity.parse(identity)).orElseThrow())
        .contains("does not name")
        .contains("'GW.example.org'")
        .contains("common.example");
  }
}
