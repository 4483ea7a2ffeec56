package io.keyway.ike.engine.sa;

import io.keyway.api.sa.Owner;
import io.keyway.ike.crypto.IkeCrypto;
import io.keyway.ike.engine.address.Leases;
import io.keyway.ike.engine.auth.Authenticators;
import io.keyway.ike.engine.base.EngineCounters;
import io.keyway.ike.engine.base.EngineServices;
import io.keyway.ike.engine.base.EngineSettings;
import io.keyway.ike.engine.base.EventBus;
import io.keyway.ike.engine.base.Workers;
import io.keyway.ike.engine.log.MessageObserver;
import io.keyway.ike.engine.recovery.Recovery;
import java.security.SecureRandom;
import java.time.Clock;
import java.util.HexFormat;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * What every SA of one engine shares. All of it may be used from any thread.
 *
 * @param owner our name in SAD and SPD, with this life of the engine
 * @param halfOpen number of IKE SAs whose peer did not authenticate yet
 */
public record EngineContext(
    EngineSettings settings,
    EngineServices services,
    Authenticators authenticators,
    IkeCrypto crypto,
    Workers workers,
    Clock clock,
    SecureRandom random,
    Owner owner,
    EventBus events,
    EngineCounters counters,
    MessageObserver messages,
    SaDirectory directory,
    Leftovers leftovers,
    Leases leases,
    AtomicInteger halfOpen,
    ReassemblyBudget reassembly,
    Recovery recovery) {

  /** An IKE SPI for us: not 0, and not in use. */
  long newSpi() {
    long spi;
    do {
      spi = random.nextLong();
    } while (spi == 0 || directory.byOurSpi(spi).isPresent());
    return spi;
  }

  /** A name that is never given twice, also across lives of the engine. */
  String newUid() {
    byte[] octets = new byte[12];
    random.nextBytes(octets);
    return HexFormat.of().formatHex(octets);
  }

  /** A nonce: at least half the key length of any PRF here (RFC 7296 section 2.10). */
  byte[] nonce() {
    byte[] nonce = new byte[32];
    random.nextBytes(nonce);
    return nonce;
  }

  /** A factor from 1 - jitter to 1. */
  double spread() {
    return 1 - settings.jitter() * random.nextDouble();
  }
}
