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
import java.security.GeneralSecurityException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;

/**
 * TLS of a server whose files are read again every second, as infrap4d does it, so that
 * certificates can be changed under a running server.
 */
final class TlsServer implements AutoCloseable {
  private static final long RELOAD_SECONDS = 1;

  private final ServerCredentials credentials;
  private final List<Runnable> reloads = new ArrayList<>();

  /**
   * Reads the files.
   *
   * @throws IOException naming the file that is missing, a symbolic link, or not usable
   */
  TlsServer(TlsFiles files, ScheduledExecutorService scheduler) throws IOException {
    regular(files.certificate());
    regular(files.key());
    TlsServerCredentials.Builder builder = TlsServerCredentials.newBuilder();
    try {
      AdvancedTlsX509KeyManager keys = new AdvancedTlsX509KeyManager();
      reloads.add(
          keys.updateIdentityCredentials(
                  files.certificate().toFile(),
                  files.key().toFile(),
                  RELOAD_SECONDS,
                  TimeUnit.SECONDS,
                  scheduler)
              ::close);
      builder.keyManager(keys);
      builder.trustManager(trust(files, scheduler));
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

  private AdvancedTlsX509TrustManager trust(TlsFiles files, ScheduledExecutorService scheduler)
      throws IOException, GeneralSecurityException {
    if (!files.clientCertificates().verify()) {
      return AdvancedTlsX509TrustManager.newBuilder()
          .setVerification(
              AdvancedTlsX509TrustManager.Verification.INSECURELY_SKIP_ALL_VERIFICATION)
          .build();
    }
    Path ca = files.ca().orElseThrow();
    regular(ca);
    AdvancedTlsX509TrustManager trust =
        AdvancedTlsX509TrustManager.newBuilder()
            .setVerification(AdvancedTlsX509TrustManager.Verification.CERTIFICATE_ONLY_VERIFICATION)
            .build();
    reloads.add(
        trust.updateTrustCredentials(ca.toFile(), RELOAD_SECONDS, TimeUnit.SECONDS, scheduler)
            ::close);
    return trust;
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
    reloads.forEach(Runnable::run);
    reloads.clear();
  }
}
