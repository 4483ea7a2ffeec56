package io.keyway.ike.crypto.sign;

import static org.assertj.core.api.Assertions.assertThat;

import io.keyway.ike.crypto.Vectors;
import java.util.Arrays;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * AlgorithmIdentifiers of RFC 7427 appendix A and RFC 8420, from the object identifiers by a DER
 * encoder of its own; and the Authentication Data of method 14 around them (RFC 7427 section 3).
 */
class AlgorithmVectorTest {
  @ParameterizedTest
  @EnumSource(value = SignatureScheme.class, mode = EnumSource.Mode.EXCLUDE, names = "RSA_SHA1")
  void isEncodedAndUnderstoodOctetForOctet(SignatureScheme scheme) {
    byte[] expected = Vectors.octets("algorithm." + scheme.keyword());
    assertThat(scheme.algorithmIdentifier()).isEqualTo(expected);
    byte[] signature = {1, 2, 3, 4, 5};
    byte[] data = DigitalSignature.encode(scheme, signature);
    assertThat(data[0]).isEqualTo((byte) expected.length);
    assertThat(Arrays.copyOfRange(data, 1, 1 + expected.length)).isEqualTo(expected);
    assertThat(Arrays.copyOfRange(data, 1 + expected.length, data.length)).isEqualTo(signature);
    assertThat(DigitalSignature.decode(data))
        .hasValueSatisfying(found -> assertThat(found.scheme()).isEqualTo(scheme));
  }
}
