package io.keyway.it.container;

import java.io.IOException;
import java.security.GeneralSecurityException;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.sshd.client.SshClient;
import org.apache.sshd.client.config.hosts.HostConfigEntryResolver;
import org.apache.sshd.client.keyverifier.AcceptAllServerKeyVerifier;
import org.apache.sshd.client.session.ClientSession;
import org.apache.sshd.common.keyprovider.KeyIdentityProvider;

/**
 * Tries the passwords that the world knows, on HTTPS and SSH, without a pause, from before the
 * first socket opens until it is told to end.
 */
final class Guesser implements AutoCloseable {
  private static final List<String> PATHS =
      List.of(
          "/rests/data/ietf-yang-library:yang-library?depth=1",
          "/rests/operations",
          "/auth/v1/users",
          "/jolokia/version");
  private static final List<String> NAMES = List.of("admin", "karaf", "user", "root");

  private final int httpsPort;
  private final int sshPort;
  private final ConcurrentSkipListMap<Integer, AtomicInteger> statuses =
      new ConcurrentSkipListMap<>();
  private final AtomicInteger sshRefusals = new AtomicInteger();
  private final AtomicInteger sshSuccesses = new AtomicInteger();
  private final List<Thread> threads;
  private volatile boolean ended;

  Guesser(int httpsPort, int sshPort) {
    this.httpsPort = httpsPort;
    this.sshPort = sshPort;
    this.threads = List.of(new Thread(this::guessHttps), new Thread(this::guessSsh));
    threads.forEach(Thread::start);
  }

  /** How often each HTTP status came. */
  ConcurrentSkipListMap<Integer, AtomicInteger> statuses() {
    return statuses;
  }

  int sshRefusals() {
    return sshRefusals.get();
  }

  int sshSuccesses() {
    return sshSuccesses.get();
  }

  private void guessHttps() {
    try {
      Https https = Https.careless(httpsPort);
      for (int i = 0; !ended; i++) {
        String name = NAMES.get(i / PATHS.size() % 2 == 0 ? 0 : i % NAMES.size());
        try {
          int status = https.status(PATHS.get(i % PATHS.size()), Optional.of(name + ":" + name));
          statuses.computeIfAbsent(status, key -> new AtomicInteger()).incrementAndGet();
        } catch (IOException e) {
          // Nobody listens yet, or the connection broke: that is no way in either.
          Thread.sleep(5);
        }
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException(e);
    }
  }

  private void guessSsh() {
    SshClient client = SshClient.setUpDefaultClient();
    client.setKeyIdentityProvider(KeyIdentityProvider.EMPTY_KEYS_PROVIDER);
    client.setHostConfigEntryResolver(HostConfigEntryResolver.EMPTY);
    client.setServerKeyVerifier(AcceptAllServerKeyVerifier.INSTANCE);
    client.start();
    try {
      for (int i = 0; !ended; i++) {
        String name = NAMES.get(i % NAMES.size());
        try (ClientSession session =
            client.connect(name, "127.0.0.1", sshPort).verify(2000).getSession()) {
          session.addPasswordIdentity(name);
          if (session.auth().await(10_000)) {
            (session.isAuthenticated() ? sshSuccesses : sshRefusals).incrementAndGet();
          }
        } catch (IOException e) {
          Thread.sleep(20);
        }
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } finally {
      client.stop();
    }
  }

  @Override
  public void close() {
    ended = true;
    for (Thread thread : threads) {
      try {
        thread.join(30_000);
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      }
    }
  }
}
