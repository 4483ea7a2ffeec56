package io.keyway.ike.crypto.tls;

import java.io.IOException;
import java.util.Vector;
import org.bouncycastle.tls.CertificateRequest;
import org.bouncycastle.tls.DefaultTlsClient;
import org.bouncycastle.tls.ProtocolVersion;
import org.bouncycastle.tls.TlsAuthentication;
import org.bouncycastle.tls.TlsCredentials;
import org.bouncycastle.tls.TlsServerCertificate;
import org.bouncycastle.tls.TlsUtils;

/** Our settings as TLS client. */
final class ClientSide extends DefaultTlsClient {
  private static final int LARGEST_MESSAGE = 24 * 1024;
  private final Session session;

  ClientSide(Session session) {
    super(session.crypto);
    this.session = session;
  }

  @Override
  protected ProtocolVersion[] getSupportedVersions() {
    return Suites.versions(session.allowModern);
  }

  @Override
  protected int[] getSupportedCipherSuites() {
    return Suites.all(true, true);
  }

  @Override
  protected Vector<Integer> getSupportedGroups(
      @SuppressWarnings("rawtypes") Vector namedGroupRoles) {
    Vector<Integer> groups = new Vector<>();
    for (int group : Suites.GROUPS) {
      groups.add(group);
    }
    return groups;
  }

  @Override
  public int getMaxHandshakeMessageSize() {
    return LARGEST_MESSAGE;
  }

  @Override
  public void notifyServerVersion(ProtocolVersion serverVersion) throws IOException {
    super.notifyServerVersion(serverVersion);
    session.noteModern(TlsUtils.isTLSv13(serverVersion));
  }

  @Override
  public TlsAuthentication getAuthentication() {
    return new TlsAuthentication() {
      @Override
      public void notifyServerCertificate(TlsServerCertificate given) throws IOException {
        session.judge(given == null ? null : given.getCertificate());
      }

      @Override
      public TlsCredentials getClientCredentials(CertificateRequest request) throws IOException {
        byte[] asked = request.getCertificateRequestContext();
        return Signer.credentials(
            context,
            session.crypto,
            session.own,
            request.getSupportedSignatureAlgorithms(),
            asked == null ? TlsUtils.EMPTY_BYTES : asked);
      }
    };
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
