package io.keyway.ike.crypto.tls;

import io.keyway.ike.crypto.sign.SignatureScheme.KeyKind;
import java.io.IOException;
import java.util.Vector;
import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.tls.Certificate;
import org.bouncycastle.tls.CertificateRequest;
import org.bouncycastle.tls.ClientCertificateType;
import org.bouncycastle.tls.DefaultTlsServer;
import org.bouncycastle.tls.ProtocolVersion;
import org.bouncycastle.tls.TlsCredentials;
import org.bouncycastle.tls.TlsUtils;

/** Our settings as TLS server: the client must show a certificate. */
final class ServerSide extends DefaultTlsServer {
  private static final int LARGEST_MESSAGE = 24 * 1024;
  private final Session session;

  ServerSide(Session session) {
    super(session.crypto);
    this.session = session;
  }

  @Override
  protected ProtocolVersion[] getSupportedVersions() {
    return Suites.versions(session.allowModern);
  }

  @Override
  protected int[] getSupportedCipherSuites() {
    boolean rsa = Signer.kind(session.own) == KeyKind.RSA;
    return Suites.all(rsa, !rsa);
  }

  @Override
  public int[] getSupportedGroups() {
    return Suites.GROUPS.clone();
  }

  @Override
  public int getMaxHandshakeMessageSize() {
    return LARGEST_MESSAGE;
  }

  @Override
  public TlsCredentials getCredentials() throws IOException {
    return Signer.credentials(
        context,
        session.crypto,
        session.own,
        context.getSecurityParametersHandshake().getClientSigAlgs(),
        TlsUtils.EMPTY_BYTES);
  }

  @Override
  public CertificateRequest getCertificateRequest() throws IOException {
    Vector<?> schemes = TlsUtils.getDefaultSupportedSignatureAlgorithms(context);
    Vector<X500Name> authorities = session.authorities();
    if (TlsUtils.isTLSv13(context)) {
      // There a list has something in it, or is not there (RFC 8446 section 4.2.4).
      return new CertificateRequest(
          TlsUtils.EMPTY_BYTES, schemes, null, authorities.isEmpty() ? null : authorities);
    }
    short[] types = {ClientCertificateType.ecdsa_sign, ClientCertificateType.rsa_sign};
    return new CertificateRequest(types, schemes, authorities);
  }

  @Override
  public void notifyClientCertificate(Certificate given) throws IOException {
    session.judge(given);
  }

  /**
   * Not insisted on, since strongSwan does not say that it does it (RFC 5746). What it protects
   * from, a handshake that continues somebody else's, cannot be: nobody renegotiates here, and each
   * conversation of EAP is one handshake from its first octet.
   */
  @Override
  public void notifySecureRenegotiation(boolean secure) {}

  @Override
  public void notifyHandshakeComplete() throws IOException {
    super.notifyHandshakeComplete();
    session.complete(context);
  }
}
