package io.keyway.it.fuzz;

import io.keyway.ike.crypto.cert.Certificates;
import io.keyway.ike.crypto.cert.UnusableException;
import io.keyway.ike.crypto.tls.TlsIdentity;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.PrivateKey;
import java.security.Signature;
import java.security.cert.X509Certificate;
import java.security.spec.PKCS8EncodedKeySpec;
import java.util.HexFormat;
import java.util.List;

/** An authority whose key is no secret: it signs whatever the fuzzer wants. */
final class TestAuthority {
  private static final byte[] ECDSA_SHA256 = HexFormat.of().parseHex("300a06082a8648ce3d040302");

  static final X509Certificate CERTIFICATE = certificate("authority.der");

  /** Of another one below it. */
  static final X509Certificate BELOW = certificate("below.der");

  private static final PrivateKey KEY = key("authority.key");
  private static final PrivateKey KEY_BELOW = key("below.key");

  private TestAuthority() {}

  /** TBSCertificate, TBSCertList or ResponseData with a signature of the authority. */
  static byte[] signed(byte[] content, boolean below, byte[] after) {
    try {
      Signature signature = Signature.getInstance("SHA256withECDSA");
      signature.initSign(below ? KEY_BELOW : KEY);
      signature.update(content);
      byte[] octets = signature.sign();
      byte[] bits = new byte[octets.length + 1];
      System.arraycopy(octets, 0, bits, 1, octets.length);
      return Der.value(0x30, content, ECDSA_SHA256, Der.value(0x03, bits), after);
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException(e);
    }
  }

  /** The authority itself as one end of TLS. */
  static TlsIdentity identity() {
    return new TlsIdentity(List.of(CERTIFICATE), KEY, List.of(CERTIFICATE));
  }

  private static X509Certificate certificate(String name) {
    try {
      return Certificates.read(resource(name));
    } catch (UnusableException e) {
      throw new IllegalStateException(name, e);
    }
  }

  private static PrivateKey key(String name) {
    try {
      return KeyFactory.getInstance("EC").generatePrivate(new PKCS8EncodedKeySpec(resource(name)));
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException(name, e);
    }
  }

  private static byte[] resource(String name) {
    try (InputStream in = TestAuthority.class.getResourceAsStream(name)) {
      return in.readAllBytes();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
