package io.keyway.emulator.infrap4d.server;

import io.grpc.ServerCredentials;
import io.grpc.TlsServerCredentials;
import io.grpc.util.AdvancedTlsX509KeyManager;
import io.grpc.util.AdvancedTlsX509TrustManager;
import io.keyway.emulator.infrap4d.TlsFiles;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.security.GeneralSecurityException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * TLS of a server whose files are read again every second, as infrap4d does it, so that
 * certificates can be changed under a running server.
 */
final class TlsServer implements AutoCloseable {
  private static final long RELOAD_SECONDS = 1;

  private static final Logger LOG = LoggerFactory.getLogger(TlsServer.class);

  /** Reads files into a manager. */
  private interface Load {
    void run() throws IOException, GeneralSecurityException;
  }

  private final ServerCredentials credentials;
  private final ScheduledExecutorService scheduler;
  private final List<Future<?>> reloads = new ArrayList<>();

  /**
   * Reads the files.
   *
   * @throws IOException naming the file that is missing, a symbolic link, or not usable
   */
  TlsServer(TlsFiles files, ScheduledExecutorService scheduler) throws IOException {
    this.scheduler = scheduler;
    TlsServerCredentials.Builder builder = TlsServerCredentials.newBuilder();
    try {
      AdvancedTlsX509KeyManager keys = new AdvancedTlsX509KeyManager();
      load(
          () -> keys.updateIdentityCredentials(files.certificate().toFile(), files.key().toFile()),
          files.certificate(),
          files.key());
      builder.keyManager(keys);
      builder.trustManager(trust(files));
    } catch (GeneralSecurityException e) {
      close();
      throw new IOException(
          "TLS files cannot be used: "
              + files.certificate()
              + ", "
              + files.key()
              + files.ca().map(ca -> ", " + ca).orElse("")
              + ": "
              + e.getMessage(),
          e);
    }
    builder.clientAuth(
        switch (files.clientCertificates()) {
          case NO_REQUEST -> TlsServerCredentials.ClientAuth.NONE;
          case REQUEST_NO_VERIFY, REQUEST_AND_VERIFY -> TlsServerCredentials.ClientAuth.OPTIONAL;
          case REQUIRE_NO_VERIFY, REQUIRE_AND_VERIFY -> TlsServerCredentials.ClientAuth.REQUIRE;
        });
    this.credentials = builder.build();
  }

  private AdvancedTlsX509TrustManager trust(TlsFiles files)
      throws IOException, GeneralSecurityException {
    if (!files.clientCertificates().verify()) {
      return AdvancedTlsX509TrustManager.newBuilder()
          .setVerification(
              AdvancedTlsX509TrustManager.Verification.INSECURELY_SKIP_ALL_VERIFICATION)
          .build();
    }
    Path ca = files.ca().orElseThrow();
    AdvancedTlsX509TrustManager trust =
        AdvancedTlsX509TrustManager.newBuilder()
            .setVerification(AdvancedTlsX509TrustManager.Verification.CERTIFICATE_ONLY_VERIFICATION)
            .build();
    load(() -> trust.updateTrustCredentials(ca.toFile()), ca);
    return trust;
  }

  /**
   * Loads now, and again whenever a file has changed. What gRPC brings for this looks once a minute
   * at most.
   */
  private void load(Load load, Path... files) throws IOException, GeneralSecurityException {
    for (Path file : files) {
      regular(file);
    }
    load.run();
    AtomicReference<List<FileTime>> seen = new AtomicReference<>(changed(files));
    reloads.add(
        scheduler.scheduleWithFixedDelay(
            () -> {
              try {
                List<FileTime> now = changed(files);
                if (!now.equals(seen.getAndSet(now))) {
                  load.run();
                }
              } catch (IOException | GeneralSecurityException | RuntimeException e) {
                // Half of a change, most likely: the old one serves on until the next look.
                seen.set(List.of());
                LOG.debug("TLS files {} are not usable yet: {}", List.of(files), e.toString());
              }
            },
            RELOAD_SECONDS,
            RELOAD_SECONDS,
            TimeUnit.SECONDS));
  }

  private static List<FileTime> changed(Path... files) throws IOException {
    List<FileTime> times = new ArrayList<>();
    for (Path file : files) {
      times.add(Files.getLastModifiedTime(file));
    }
    return times;
  }

  private static void regular(Path file) throws IOException {
    if (!Files.isRegularFile(file, LinkOption.NOFOLLOW_LINKS)) {
      throw new IOException(
          file + " is not a regular file; infrap4d refuses symbolic links and missing files");
    }
  }

  ServerCredentials credentials() {
    return credentials;
  }

  @Override
  public void close() {
    reloads.forEach(reload -> reload.cancel(false));
    reloads.clear();
  }
}
