package io.keyway.plane.support.tls;

import java.net.Socket;
import java.security.Principal;
import java.security.PrivateKey;
import java.security.cert.X509Certificate;
import java.util.LinkedHashMap;
import java.util.Map;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.X509ExtendedKeyManager;

/**
 * Shows the certificate that the files hold when a handshake asks. Certificate and key are asked
 * for one after the other, so each choice has a name of its own under which both stay together.
 */
final class RotatingKeyManager extends X509ExtendedKeyManager {

  /** Choices that handshakes on the way may still ask about. */
  private static final int KEPT = 16;

  private final TlsFiles files;
  private final Map<String, TlsMaterial.Own> chosen =
      new LinkedHashMap<>() {
        private static final long serialVersionUID = 1L;

        @Override
        protected boolean removeEldestEntry(Map.Entry<String, TlsMaterial.Own> eldest) {
          return size() > KEPT;
        }
      };
  private long number;

  RotatingKeyManager(TlsFiles files) {
    this.files = files;
  }

  private synchronized String choose() {
    TlsMaterial now = files.now();
    if (now == null || now.own().isEmpty()) {
      return null;
    }
    String alias = "own-" + ++number;
    chosen.put(alias, now.own().get());
    return alias;
  }

  private synchronized TlsMaterial.Own own(String alias) {
    return chosen.get(alias);
  }

  @Override
  public String chooseEngineClientAlias(String[] types, Principal[] issuers, SSLEngine engine) {
    return choose();
  }

  @Override
  public String chooseClientAlias(String[] types, Principal[] issuers, Socket socket) {
    return choose();
  }

  @Override
  public String[] getClientAliases(String type, Principal[] issuers) {
    String alias = choose();
    return alias == null ? null : new String[] {alias};
  }

  @Override
  public X509Certificate[] getCertificateChain(String alias) {
    TlsMaterial.Own own = own(alias);
    return own == null ? null : own.chain().toArray(new X509Certificate[0]);
  }

  @Override
  public PrivateKey getPrivateKey(String alias) {
    TlsMaterial.Own own = own(alias);
    return own == null ? null : own.key();
  }

  @Override
  public String[] getServerAliases(String type, Principal[] issuers) {
    return null;
  }

  @Override
  public String chooseServerAlias(String type, Principal[] issuers, Socket socket) {
    return null;
  }
}
