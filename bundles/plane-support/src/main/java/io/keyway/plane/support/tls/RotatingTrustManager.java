package io.keyway.plane.support.tls;

import java.net.Socket;
import java.security.cert.CertificateException;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.X509ExtendedTrustManager;

/** Trusts whom the CA file names when a handshake asks, and says plainly why it does not. */
final class RotatingTrustManager extends X509ExtendedTrustManager {

  private final TlsFiles files;

  RotatingTrustManager(TlsFiles files) {
    this.files = files;
  }

  /** One of the three ways to be asked. */
  @FunctionalInterface
  private interface Check {
    void by(X509ExtendedTrustManager manager) throws CertificateException;
  }

  private void check(X509Certificate[] chain, String type, Optional<String> host, Check check)
      throws CertificateException {
    TlsMaterial now = files.now();
    if (now == null) {
      throw new CertificateException("there are no TLS files to check it against");
    }
    files.met(chain[0]);
    try {
      check.by(now.trust());
    } catch (CertificateException e) {
      throw new PeerRefused(why(now, chain, type, host), e);
    }
  }

  private String why(TlsMaterial now, X509Certificate[] chain, String type, Optional<String> host) {
    X509Certificate leaf = chain[0];
    String what = "the certificate of infrap4d, " + TlsFiles.name(leaf) + ", ";
    Instant time = files.clock().instant();
    if (leaf.getNotAfter().toInstant().isBefore(time)) {
      return what + "expired on " + leaf.getNotAfter().toInstant() + "; renew it on the device";
    }
    if (leaf.getNotBefore().toInstant().isAfter(time)) {
      return what
          + "is not valid before "
          + leaf.getNotBefore().toInstant()
          + "; compare the clocks of both ends";
    }
    try {
      now.trust().checkServerTrusted(chain, type);
    } catch (CertificateException e) {
      return what
          + "comes from '"
          + leaf.getIssuerX500Principal().getName()
          + "', which tls/ca-file "
          + files.caFile().map(Object::toString).orElse("")
          + " does not make trusted (it has "
          + now.authorities().stream().map(TlsFiles::name).collect(Collectors.joining(", "))
          + "); put that authority there, or a certificate of one of these on the device";
    }
    return what
        + "is for "
        + names(leaf)
        + host.map(h -> ", not for '" + h + "'").orElse("")
        + "; set tls/server-name to a name that it carries, or renew it on the device with this one";
  }

  private static String names(X509Certificate leaf) {
    try {
      Collection<List<?>> names = leaf.getSubjectAlternativeNames();
      return names == null
          ? "no name"
          : names.stream().map(n -> "'" + n.get(1) + "'").collect(Collectors.joining(", "));
    } catch (CertificateException e) {
      return "names that cannot be read";
    }
  }

  @Override
  public void checkServerTrusted(X509Certificate[] chain, String type, SSLEngine engine)
      throws CertificateException {
    check(
        chain,
        type,
        Optional.ofNullable(engine.getPeerHost()),
        m -> m.checkServerTrusted(chain, type, engine));
  }

  @Override
  public void checkServerTrusted(X509Certificate[] chain, String type, Socket socket)
      throws CertificateException {
    check(chain, type, Optional.empty(), m -> m.checkServerTrusted(chain, type, socket));
  }

  @Override
  public void checkServerTrusted(X509Certificate[] chain, String type) throws CertificateException {
    check(chain, type, Optional.empty(), m -> m.checkServerTrusted(chain, type));
  }

  @Override
  public void checkClientTrusted(X509Certificate[] chain, String type, Socket socket)
      throws CertificateException {
    throw new CertificateException("we are nobody's server");
  }

  @Override
  public void checkClientTrusted(X509Certificate[] chain, String type, SSLEngine engine)
      throws CertificateException {
    throw new CertificateException("we are nobody's server");
  }

  @Override
  public void checkClientTrusted(X509Certificate[] chain, String type) throws CertificateException {
    throw new CertificateException("we are nobody's server");
  }

  @Override
  public X509Certificate[] getAcceptedIssuers() {
    TlsMaterial now = files.now();
    return now == null ? new X509Certificate[0] : now.authorities().toArray(new X509Certificate[0]);
  }
}
