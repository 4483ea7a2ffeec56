package io.keyway.ike.crypto.cert;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.keyway.ike.crypto.IkeCrypto;
import io.keyway.ike.crypto.sign.Signatures;
import java.math.BigInteger;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.SecureRandom;
import java.security.SignatureException;
import java.security.cert.X509Certificate;
import java.security.spec.ECGenParameterSpec;
import java.util.Date;
import javax.security.auth.x500.X500Principal;
import org.bouncycastle.cert.jcajce.JcaX509CertificateConverter;
import org.bouncycastle.cert.jcajce.JcaX509v3CertificateBuilder;
import org.bouncycastle.operator.jcajce.JcaContentSignerBuilder;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SwiftCertificateTest {
  private static final Signatures SIGNATURES = IkeCrypto.create(new SecureRandom()).signatures();

  @ParameterizedTest
  @CsvSource({
    "EC, secp256r1, SHA256withECDSA",
    "EC, secp384r1, SHA384withECDSA",
    "EC, secp521r1, SHA512withECDSA",
    "EC, secp384r1, SHA256withECDSA",
    "Ed25519, , Ed25519",
    "RSA, , SHA256withRSA"
  })
  void knowsWhatItsAuthoritySignedAndNothingElse(String kind, String curve, String scheme)
      throws Exception {
    KeyPair authority = keys(kind, curve);
    X509Certificate real = signed(authority, scheme);
    X509Certificate swift = new SwiftCertificate(real, SIGNATURES);
    swift.verify(authority.getPublic());
    swift.verify(authority.getPublic(), (String) null);
    assertThatThrownBy(() -> swift.verify(keys(kind, curve).getPublic(), (String) null))
        .isInstanceOf(SignatureException.class);
    assertThatThrownBy(() -> swift.verify(keys(kind, curve).getPublic()))
        .isInstanceOf(SignatureException.class);
    X509Certificate other = new SwiftCertificate(signed(keys(kind, curve), scheme), SIGNATURES);
    assertThatThrownBy(() -> other.verify(authority.getPublic()))
        .isInstanceOf(SignatureException.class);
    assertThat(swift.getEncoded()).isEqualTo(real.getEncoded());
    assertThat(swift).isEqualTo(real).hasSameHashCodeAs(real);
  }

  private static KeyPair keys(String kind, String curve) throws Exception {
    KeyPairGenerator generator = KeyPairGenerator.getInstance(kind);
    if (curve != null) {
      generator.initialize(new ECGenParameterSpec(curve));
    }
    return generator.generateKeyPair();
  }

  private static X509Certificate signed(KeyPair keys, String scheme) throws Exception {
    X500Principal name = new X500Principal("CN=authority");
    return new JcaX509CertificateConverter()
        .getCertificate(
            new JcaX509v3CertificateBuilder(
                    name,
                    BigInteger.TEN,
                    Date.from(Pki.NOW.minusSeconds(1)),
                    Date.from(Pki.NOW.plusSeconds(1)),
                    name,
                    keys.getPublic())
                .build(new JcaContentSignerBuilder(scheme).build(keys.getPrivate())));
  }
}
