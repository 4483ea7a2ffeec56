package io.keyway.plane.support.tls;

import io.keyway.plane.support.settings.TlsSettings;
import java.nio.file.Path;
import java.security.cert.X509Certificate;
import java.time.Clock;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import javax.net.ssl.X509ExtendedKeyManager;
import javax.net.ssl.X509ExtendedTrustManager;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The TLS files of one device. They are read at every handshake, so a rotated certificate is used
 * by the next one, also when gRPC reconnects by itself. Thread-safe.
 */
public final class TlsFiles {

  private static final Logger LOG = LoggerFactory.getLogger(TlsFiles.class);

  private final TlsSettings settings;
  private final Clock clock;
  private final String device;
  private String digest = "";
  private String problem = "";
  private TlsMaterial current;
  private X509Certificate peer;

  /**
   * @param device what is at the other end, for people, such as {@code infrap4d}
   */
  public TlsFiles(TlsSettings settings, Clock clock, String device) {
    this.settings = settings;
    this.clock = clock;
    this.device = device;
  }

  /**
   * Reads them for the first connection.
   *
   * @throws TlsFileException when there never was anything that can be used
   */
  public void require() throws TlsFileException {
    refresh();
    synchronized (this) {
      if (current == null) {
        throw new TlsFileException(problem);
      }
    }
  }

  /**
   * Takes what is there now; what cannot be used changes nothing, and is told. Reads without the
   * lock, so that nobody waits for a file system.
   */
  void refresh() {
    try (TlsMaterial.Octets octets = new TlsMaterial.Octets(settings)) {
      String now = octets.digest();
      if (same(now)) {
        return;
      }
      taken(new TlsMaterial(settings, octets), now);
    } catch (TlsFileException e) {
      failed(e.getMessage());
    }
  }

  private synchronized boolean same(String now) {
    return now.equals(digest);
  }

  private synchronized void taken(TlsMaterial read, String now) {
    if (current != null && !digest.isEmpty()) {
      LOG.info("the TLS files {} have changed; new connections use them", files());
    }
    current = read;
    digest = now;
    problem = "";
  }

  private synchronized void failed(String why) {
    // Whatever they hold next, the same as before included, is to be looked at.
    digest = "";
    if (!why.equals(problem)) {
      problem = why;
      if (current != null) {
        LOG.warn("{}; going on with what they held before", problem);
      }
    }
  }

  private String files() {
    List<Path> all = new ArrayList<>();
    settings.caFile().ifPresent(all::add);
    settings.certificateFile().ifPresent(all::add);
    settings.privateKeyFile().ifPresent(all::add);
    return all.toString();
  }

  /** Null when there never was anything that can be used. */
  TlsMaterial now() {
    refresh();
    synchronized (this) {
      return current;
    }
  }

  synchronized void met(X509Certificate certificate) {
    peer = certificate;
  }

  Optional<Path> caFile() {
    return settings.caFile();
  }

  Clock clock() {
    return clock;
  }

  public X509ExtendedKeyManager keyManager() {
    return new RotatingKeyManager(this);
  }

  public X509ExtendedTrustManager trustManager() {
    return new RotatingTrustManager(this);
  }

  /** Looks at the files again, and tells what is wrong, or will be soon. */
  public List<String> warnings() {
    refresh();
    return told();
  }

  private synchronized List<String> told() {
    List<String> found = new ArrayList<>();
    if (current == null) {
      return found;
    }
    if (!problem.isEmpty()) {
      found.add(problem + "; what the files held before is in use until then");
    }
    found.addAll(dates(clock.instant().plus(settings.warnBefore())));
    if (peer != null) {
      date(
              "the certificate of " + device + " " + name(peer),
              "renew it on the device",
              peer,
              clock.instant().plus(settings.warnBefore()))
          .ifPresent(found::add);
    }
    return found;
  }

  /** Which of our own files have expired: a likely reason why the other end turns us away. */
  public synchronized List<String> expired() {
    return current == null ? List.of() : dates(clock.instant());
  }

  private List<String> dates(Instant limit) {
    List<String> found = new ArrayList<>();
    current
        .own()
        .flatMap(
            own ->
                date(
                    "tls/certificate-file " + settings.certificateFile().orElseThrow(),
                    "put a renewed certificate and its key there; they are taken without a restart",
                    own.chain().get(0),
                    limit))
        .ifPresent(found::add);
    for (X509Certificate authority : current.authorities()) {
      date(
              "the authority " + name(authority) + " in tls/ca-file " + settings.caFile().get(),
              "put its successor there beside it, before the device's certificate comes from that",
              authority,
              limit)
          .ifPresent(found::add);
    }
    return found;
  }

  private Optional<String> date(String what, String cure, X509Certificate of, Instant limit) {
    Instant end = of.getNotAfter().toInstant();
    if (end.isAfter(limit)) {
      return Optional.empty();
    }
    return Optional.of(
        what
            + (end.isAfter(clock.instant()) ? " expires on " : " expired on ")
            + end
            + "; "
            + cure);
  }

  static String name(X509Certificate certificate) {
    return "'" + certificate.getSubjectX500Principal().getName() + "'";
  }
}
