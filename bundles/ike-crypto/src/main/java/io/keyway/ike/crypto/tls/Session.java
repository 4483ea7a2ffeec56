package io.keyway.ike.crypto.tls;

import io.keyway.api.key.SecretBytes;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Vector;
import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.tls.AlertDescription;
import org.bouncycastle.tls.Certificate;
import org.bouncycastle.tls.TlsContext;
import org.bouncycastle.tls.TlsFatalAlert;
import org.bouncycastle.tls.TlsUtils;
import org.bouncycastle.tls.crypto.TlsCertificate;
import org.bouncycastle.tls.crypto.impl.bc.BcTlsCrypto;

/** What both sides have in common: our identity, the judgement on the peer's, and the key. */
final class Session {
  /** A longer list would not fit into a few packets. */
  private static final int MOST_HINTS = 20;

  final BcTlsCrypto crypto;
  final TlsIdentity own;
  final boolean allowModern;
  private final TlsJudge judge;
  private Optional<TlsJudge.Rejection> rejection = Optional.empty();
  private Optional<SecretBytes> key = Optional.empty();
  private boolean judged;
  private boolean complete;
  private boolean modern;
  private String version = "";

  Session(BcTlsCrypto crypto, TlsIdentity own, TlsJudge judge, boolean allowModern) {
    this.crypto = crypto;
    this.own = own;
    this.judge = judge;
    this.allowModern = allowModern;
  }

  /** Judges the peer's certificates, in the middle of the handshake. */
  void judge(Certificate given) throws IOException {
    if (given == null || given.isEmpty()) {
      reject(new TlsJudge.Rejection(AlertDescription.bad_certificate, "it sent no certificate"));
    }
    List<X509Certificate> chain = new ArrayList<>();
    try {
      CertificateFactory factory = CertificateFactory.getInstance("X.509");
      for (TlsCertificate certificate : given.getCertificateList()) {
        chain.add(
            (X509Certificate)
                factory.generateCertificate(new ByteArrayInputStream(certificate.getEncoded())));
      }
    } catch (CertificateException e) {
      reject(
          new TlsJudge.Rejection(
              AlertDescription.bad_certificate, "it sent a certificate that cannot be read"));
    }
    Optional<TlsJudge.Rejection> verdict = judge.judge(chain);
    if (verdict.isPresent()) {
      reject(verdict.get());
    }
    judged = true;
  }

  private void reject(TlsJudge.Rejection why) throws IOException {
    rejection = Optional.of(why);
    throw new TlsFatalAlert((short) why.alert());
  }

  Optional<TlsJudge.Rejection> rejection() {
    return rejection;
  }

  /** Hints for the peer's choice of a certificate; none when they are too many. */
  Vector<X500Name> authorities() {
    Vector<X500Name> names = new Vector<>();
    if (own.authorities().size() <= MOST_HINTS) {
      for (X509Certificate authority : own.authorities()) {
        names.add(X500Name.getInstance(authority.getSubjectX500Principal().getEncoded()));
      }
    }
    return names;
  }

  /** Both sides proved themselves. */
  void complete(TlsContext context) throws IOException {
    if (!judged) {
      throw new TlsFatalAlert(AlertDescription.internal_error, "nobody judged the peer");
    }
    modern = TlsUtils.isTLSv13(context);
    version = context.getServerVersion().getName();
    key = Optional.of(Keys.msk(context));
    complete = true;
  }

  boolean isComplete() {
    return complete;
  }

  boolean isModern() {
    return modern;
  }

  void noteModern(boolean is) {
    modern = is;
  }

  String version() {
    return version;
  }

  Optional<SecretBytes> takeKey() {
    Optional<SecretBytes> taken = key;
    key = Optional.empty();
    return taken;
  }
}
