package io.keyway.ike.crypto.tls;

import io.keyway.ike.crypto.sign.SignatureScheme.KeyKind;
import java.io.IOException;
import java.security.cert.CertificateEncodingException;
import java.security.cert.X509Certificate;
import java.security.interfaces.ECPublicKey;
import java.util.ArrayList;
import java.util.List;
import java.util.Vector;
import org.bouncycastle.crypto.params.AsymmetricKeyParameter;
import org.bouncycastle.crypto.util.PrivateKeyFactory;
import org.bouncycastle.tls.AlertDescription;
import org.bouncycastle.tls.Certificate;
import org.bouncycastle.tls.CertificateEntry;
import org.bouncycastle.tls.SignatureAndHashAlgorithm;
import org.bouncycastle.tls.SignatureScheme;
import org.bouncycastle.tls.TlsContext;
import org.bouncycastle.tls.TlsCredentialedSigner;
import org.bouncycastle.tls.TlsFatalAlert;
import org.bouncycastle.tls.TlsUtils;
import org.bouncycastle.tls.crypto.TlsCertificate;
import org.bouncycastle.tls.crypto.TlsCryptoParameters;
import org.bouncycastle.tls.crypto.impl.bc.BcDefaultTlsCredentialedSigner;
import org.bouncycastle.tls.crypto.impl.bc.BcTlsCertificate;
import org.bouncycastle.tls.crypto.impl.bc.BcTlsCrypto;

/** Signs with our key, by a scheme that the peer takes; never with SHA-1. */
final class Signer {
  private static final List<Integer> PSS =
      List.of(
          SignatureScheme.rsa_pss_rsae_sha256,
          SignatureScheme.rsa_pss_rsae_sha384,
          SignatureScheme.rsa_pss_rsae_sha512);
  private static final List<Integer> PKCS1 =
      List.of(
          SignatureScheme.rsa_pkcs1_sha256,
          SignatureScheme.rsa_pkcs1_sha384,
          SignatureScheme.rsa_pkcs1_sha512);
  private static final List<Integer> ECDSA =
      List.of(
          SignatureScheme.ecdsa_secp256r1_sha256,
          SignatureScheme.ecdsa_secp384r1_sha384,
          SignatureScheme.ecdsa_secp521r1_sha512);

  private Signer() {}

  static KeyKind kind(TlsIdentity own) {
    return KeyKind.of(own.key())
        .orElseThrow(
            () -> new IllegalArgumentException("the key is of a kind that TLS cannot use"));
  }

  /**
   * Our proof.
   *
   * @param accepted schemes that the peer takes; may be null
   * @param request context of the peer's request in TLS 1.3, empty octets where there is none
   */
  static TlsCredentialedSigner credentials(
      TlsContext context, BcTlsCrypto crypto, TlsIdentity own, Vector<?> accepted, byte[] request)
      throws IOException {
    boolean modern = TlsUtils.isTLSv13(context);
    int scheme = choose(schemes(own, modern), accepted);
    AsymmetricKeyParameter key = PrivateKeyFactory.createKey(own.key().getEncoded());
    return new BcDefaultTlsCredentialedSigner(
        new TlsCryptoParameters(context),
        crypto,
        key,
        certificate(crypto, own, modern, request),
        SignatureScheme.getSignatureAndHashAlgorithm(scheme));
  }

  private static List<Integer> schemes(TlsIdentity own, boolean modern) {
    return switch (kind(own)) {
      case ED25519 -> List.of(SignatureScheme.ed25519);
      case RSA -> {
        List<Integer> all = new ArrayList<>(PSS);
        if (!modern) {
          all.addAll(PKCS1);
        }
        yield all;
      }
      case EC -> {
        int bits =
            ((ECPublicKey) own.chain().get(0).getPublicKey()).getParams().getOrder().bitLength();
        int fitting = ECDSA.get(bits <= 256 ? 0 : bits <= 384 ? 1 : 2);
        List<Integer> all = new ArrayList<>(List.of(fitting));
        if (!modern) {
          // Before TLS 1.3 the hash is not bound to the curve.
          all.addAll(ECDSA);
        }
        yield all;
      }
    };
  }

  private static int choose(List<Integer> ours, Vector<?> accepted) throws IOException {
    for (int scheme : ours) {
      if (accepted != null) {
        for (Object theirs : accepted) {
          if (SignatureScheme.from((SignatureAndHashAlgorithm) theirs) == scheme) {
            return scheme;
          }
        }
      }
    }
    throw new TlsFatalAlert(
        AlertDescription.handshake_failure, "the peer takes no signature that our key can make");
  }

  private static Certificate certificate(
      BcTlsCrypto crypto, TlsIdentity own, boolean modern, byte[] request) throws IOException {
    List<TlsCertificate> chain = new ArrayList<>();
    try {
      for (X509Certificate certificate : own.chain()) {
        chain.add(new BcTlsCertificate(crypto, certificate.getEncoded()));
      }
    } catch (CertificateEncodingException e) {
      throw new IOException(e);
    }
    return modern
        ? new Certificate(
            request,
            chain.stream().map(c -> new CertificateEntry(c, null)).toArray(CertificateEntry[]::new))
        : new Certificate(chain.toArray(TlsCertificate[]::new));
  }
}
