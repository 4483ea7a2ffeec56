package io.keyway.plane.support.tls;

import io.keyway.plane.support.settings.TlsSettings;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.MessageDigest;
import java.security.PrivateKey;
import java.security.cert.X509Certificate;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import javax.net.ssl.TrustManager;
import javax.net.ssl.TrustManagerFactory;
import javax.net.ssl.X509ExtendedTrustManager;

/** What the TLS files held at one moment, checked: it can be used. */
final class TlsMaterial {

  /** Our certificate, its chain after it, and its key. */
  record Own(List<X509Certificate> chain, PrivateKey key) {
    /** Without the key. */
    @Override
    public String toString() {
      return "Own[" + chain.get(0).getSubjectX500Principal() + "]";
    }
  }

  private final List<X509Certificate> authorities;
  private final X509ExtendedTrustManager trust;
  private final Optional<Own> own;

  /** Octets of the files, to be forgotten after use, and a digest of them to tell a change. */
  static final class Octets implements AutoCloseable {
    private final byte[] ca;
    private final byte[] certificate;
    private final byte[] key;

    Octets(TlsSettings settings) throws TlsFileException {
      ca = read("tls/ca-file", settings.caFile());
      certificate = read("tls/certificate-file", settings.certificateFile());
      key = read("tls/private-key-file", settings.privateKeyFile());
    }

    private static byte[] read(String leaf, Optional<Path> file) throws TlsFileException {
      if (file.isEmpty()) {
        return new byte[0];
      }
      try {
        return Files.readAllBytes(file.get());
      } catch (NoSuchFileException e) {
        throw new TlsFileException(
            leaf + " '" + file.get() + "' cannot be read: there is no such file");
      } catch (IOException e) {
        throw new TlsFileException(
            leaf
                + " '"
                + file.get()
                + "' cannot be read ("
                + e.getClass().getSimpleName()
                + "); check that it is a file and that we may read it");
      }
    }

    String digest() {
      try {
        MessageDigest sha = MessageDigest.getInstance("SHA-256");
        for (byte[] octets : List.of(ca, certificate, key)) {
          sha.update(MessageDigest.getInstance("SHA-256").digest(octets));
        }
        return HexFormat.of().formatHex(sha.digest());
      } catch (GeneralSecurityException e) {
        throw new IllegalStateException("every JDK has SHA-256", e);
      }
    }

    @Override
    public void close() {
      Arrays.fill(key, (byte) 0);
    }
  }

  TlsMaterial(TlsSettings settings, Octets octets) throws TlsFileException {
    authorities = certificates("tls/ca-file", settings.caFile(), octets.ca);
    trust = trust(authorities);
    own = own(settings, octets);
  }

  private static List<X509Certificate> certificates(String leaf, Optional<Path> file, byte[] text)
      throws TlsFileException {
    if (file.isEmpty()) {
      return List.of();
    }
    try {
      return Pem.certificates(text);
    } catch (GeneralSecurityException e) {
      throw new TlsFileException(
          leaf + " '" + file.get() + "' holds no PEM certificate that can be read: " + line(e));
    }
  }

  private static Optional<Own> own(TlsSettings settings, Octets octets) throws TlsFileException {
    if (settings.certificateFile().isEmpty() || settings.privateKeyFile().isEmpty()) {
      return Optional.empty();
    }
    List<X509Certificate> chain =
        certificates("tls/certificate-file", settings.certificateFile(), octets.certificate);
    PrivateKey key;
    try {
      key = Pem.privateKey(octets.key);
    } catch (GeneralSecurityException e) {
      throw new TlsFileException(
          "tls/private-key-file '"
              + settings.privateKeyFile().get()
              + "' cannot be used: "
              + line(e));
    }
    if (!Pem.pair(key, chain.get(0).getPublicKey())) {
      throw new TlsFileException(
          "tls/private-key-file '"
              + settings.privateKeyFile().get()
              + "' is not the key of tls/certificate-file '"
              + settings.certificateFile().get()
              + "'; put both files of one pair there");
    }
    return Optional.of(new Own(chain, key));
  }

  private static X509ExtendedTrustManager trust(List<X509Certificate> authorities)
      throws TlsFileException {
    try {
      KeyStore store = KeyStore.getInstance(KeyStore.getDefaultType());
      store.load(null, null);
      for (int i = 0; i < authorities.size(); i++) {
        store.setCertificateEntry("ca" + i, authorities.get(i));
      }
      TrustManagerFactory factory =
          TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
      // Null: the authorities of the JDK, when no file is named.
      factory.init(authorities.isEmpty() ? null : store);
      for (TrustManager manager : factory.getTrustManagers()) {
        if (manager instanceof X509ExtendedTrustManager extended) {
          return extended;
        }
      }
      throw new TlsFileException("this Java has no X.509 trust manager");
    } catch (GeneralSecurityException | IOException e) {
      throw new TlsFileException("tls/ca-file cannot be used: " + line(e));
    }
  }

  private static String line(Exception e) {
    return e.getMessage() == null
        ? e.getClass().getSimpleName()
        : e.getMessage().replaceAll("\\s+", " ");
  }

  List<X509Certificate> authorities() {
    return authorities;
  }

  X509ExtendedTrustManager trust() {
    return trust;
  }

  Optional<Own> own() {
    return own;
  }
}
