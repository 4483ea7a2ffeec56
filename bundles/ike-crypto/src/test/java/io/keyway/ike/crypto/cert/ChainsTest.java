package io.keyway.ike.crypto.cert;

import static org.assertj.core.api.Assertions.assertThat;

import io.keyway.ike.crypto.IkeCrypto;
import io.keyway.ike.crypto.sign.Signatures;
import java.security.KeyPairGenerator;
import java.security.SecureRandom;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.List;
import java.util.stream.Stream;
import org.bouncycastle.asn1.x509.KeyPurposeId;
import org.bouncycastle.asn1.x509.KeyUsage;
import org.junit.jupiter.api.Test;

class ChainsTest {
  private final Pki root = Pki.root("root");
  private final Pki middle = root.issue("middle", w -> w.authority());
  private final Pki leaf = middle.issue("gw");

  private static final Signatures SIGNATURES = IkeCrypto.create(new SecureRandom()).signatures();

  /** With our check of signatures, and with that of the JDK: they must say the same. */
  private static Chains.Result validate(Pki leaf, List<Pki> intermediates, Pki... anchors) {
    List<X509Certificate> between = intermediates.stream().map(p -> p.certificate).toList();
    List<X509Certificate> trusted = Stream.of(anchors).map(p -> p.certificate).toList();
    Chains.Result result = Chains.validate(leaf.certificate, between, trusted, Pki.NOW, SIGNATURES);
    assertThat(result).isEqualTo(Chains.validate(leaf.certificate, between, trusted, Pki.NOW));
    return result;
  }

  private static String refused(Pki leaf, List<Pki> intermediates, Pki... anchors) {
    return ((Chains.Result.Untrusted) validate(leaf, intermediates, anchors)).reason();
  }

  @Test
  void aChainOverAnIntermediateIsTrusted() {
    Chains.Result.Trusted trusted =
        (Chains.Result.Trusted) validate(leaf, List.of(middle, root), root);

    assertThat(trusted.path()).containsExactly(leaf.certificate, middle.certificate);
    assertThat(trusted.anchor()).isEqualTo(root.certificate);
    assertThat(trusted.issuer(0)).isEqualTo(middle.certificate);
    assertThat(trusted.issuer(1)).isEqualTo(root.certificate);
  }

  @Test
  void anIntermediateMayBeTheAnchor() {
    assertThat(validate(leaf, List.of(), middle)).isInstanceOf(Chains.Result.Trusted.class);
  }

  @Test
  void aCertificateThatIsTrustedItselfNeedsNoAuthority() {
    assertThat(validate(leaf, List.of(), leaf)).isInstanceOf(Chains.Result.Trusted.class);
  }

  @Test
  void aMissingIntermediateIsNamed() {
    assertThat(refused(leaf, List.of(), root)).contains("CN=middle").contains("intermediate");
  }

  @Test
  void withoutAnyAuthorityTheCureIsNamed() {
    assertThat(refused(leaf, List.of(middle))).contains("x509ca");
  }

  @Test
  void anAuthorityOfTheSameNameWithAnotherKeyIsNotIt() {
    Pki twin = Pki.root("root");
    assertThat(refused(leaf, List.of(middle), twin)).contains("not signed by the authority");
    assertThat(validate(leaf, List.of(middle), twin, root))
        .isInstanceOf(Chains.Result.Trusted.class);
  }

  @Test
  void whatALeafSignedIsWorthNothing() {
    Pki forged = leaf.issue("victim");
    assertThat(refused(forged, List.of(leaf, middle), root))
        .contains("must not be used to issue certificates");
  }

  @Test
  void aSelfSignedStrangerIsNotTrusted() {
    Pki stranger = Pki.root("gw");
    assertThat(refused(stranger, List.of(stranger), root)).isNotBlank();
  }

  @Test
  void datesCountForEveryCertificateAndForTheAnchor() {
    Pki expired = root.issue("old", w -> w.until = Pki.NOW.minusSeconds(1));
    assertThat(refused(expired, List.of(), root)).contains("expired at").contains("renew");
    Pki future = root.issue("new", w -> w.from = Pki.NOW.plusSeconds(60));
    assertThat(refused(future, List.of(), root)).contains("not valid before").contains("clocks");
    Pki oldMiddle =
        root.issue("middle2", w -> w.authority().until = Pki.NOW.minus(Duration.ofHours(1)));
    assertThat(refused(oldMiddle.issue("x"), List.of(oldMiddle), root)).contains("CN=middle2");
    assertThat(refused(oldMiddle.issue("x"), List.of(), oldMiddle)).contains("CN=middle2");
  }

  @Test
  void usageMustAllowSigning() {
    Pki encipherer = root.issue("enc", w -> w.usage = KeyUsage.keyEncipherment);
    assertThat(refused(encipherer, List.of(), root)).contains("digitalSignature");
    Pki mailer = root.issue("mail", w -> w.purpose = KeyPurposeId.id_kp_emailProtection);
    assertThat(refused(mailer, List.of(), root)).contains("extended key usage");
    Pki server = root.issue("tls", w -> w.purpose = KeyPurposeId.id_kp_serverAuth);
    assertThat(validate(server, List.of(), root)).isInstanceOf(Chains.Result.Trusted.class);
  }

  @Test
  void aSmallRsaKeyIsRefused() throws Exception {
    KeyPairGenerator generator = KeyPairGenerator.getInstance("RSA");
    generator.initialize(1024);
    Pki small = root.issue("small", w -> w.keys = generator.generateKeyPair());
    assertThat(refused(small, List.of(), root)).contains("1024 bits").contains("2048");
  }

  @Test
  void aTangleOfAuthoritiesEndsSoon() {
    // Thirty authorities that all have the same name and issued each other.
    Pki first = Pki.root("knot");
    List<Pki> tangle =
        Stream.generate(() -> first.issue("knot", w -> w.authority())).limit(30).toList();
    assertThat(refused(tangle.get(0).issue("gw"), tangle, root)).isNotBlank();
  }

  @Test
  void certificatesAreReadStrictly() throws Exception {
    byte[] der = leaf.certificate.getEncoded();
    assertThat(Certificates.read(der)).isEqualTo(leaf.certificate);
    byte[] longer = java.util.Arrays.copyOf(der, der.length + 1);
    org.assertj.core.api.Assertions.assertThatThrownBy(() -> Certificates.read(longer))
        .isInstanceOf(UnusableException.class);
    String pem = pem(leaf.certificate) + "a word between\n" + pem(middle.certificate);
    assertThat(Certificates.readAll(pem.getBytes(java.nio.charset.StandardCharsets.US_ASCII)))
        .containsExactly(leaf.certificate, middle.certificate);
  }

  private static String pem(X509Certificate certificate) throws Exception {
    return "-----BEGIN CERTIFICATE-----\n"
        + java.util.Base64.getMimeEncoder().encodeToString(certificate.getEncoded())
        + "\n-----END CERTIFICATE-----\n";
  }
}
