package io.keyway.emulator.infrap4d.pipeline;

import io.keyway.api.key.SecretBytes;
import io.keyway.api.sa.SaKeys;
import io.keyway.esp.EspReceiver;
import io.keyway.esp.EspSender;
import io.keyway.esp.EspSuite;
import java.security.SecureRandom;

/** An installed SA with its ESP state and usage. Guarded by the device. */
final class SaEntry {
  private final SaConfig config;
  private final boolean inbound;
  private final EspSuite suite;
  private final EspSender sender;
  private final EspReceiver receiver;
  private long packets;
  private long bytes;
  private boolean softReported;
  private boolean hardReached;
  private long loggedFor;

  SaEntry(SaConfig config, boolean inbound, EspSuite suite, SecureRandom random) {
    this.config = config;
    this.inbound = inbound;
    this.suite = suite;
    SaKeys keys = new SaKeys(config.key(), SecretBytes.empty());
    this.sender =
        inbound ? null : new EspSender(config.spi(), suite, keys, config.extSeqNum(), random);
    this.receiver =
        inbound
            ? new EspReceiver(config.spi(), suite, keys, config.extSeqNum(), config.replayWindow())
            : null;
  }

  SaConfig config() {
    return config;
  }

  boolean inbound() {
    return inbound;
  }

  EspSuite suite() {
    return suite;
  }

  EspSender sender() {
    return sender;
  }

  EspReceiver receiver() {
    return receiver;
  }

  boolean hardReached() {
    return hardReached;
  }

  void reachHard() {
    hardReached = true;
  }

  /** What a use of the SA has brought about. */
  enum Limit {
    NONE,
    SOFT,
    HARD
  }

  /** Counts a packet; each limit is reported once. */
  Limit use(int octets) {
    packets++;
    bytes += octets;
    if (config.hardBytes() != 0 && Long.compareUnsigned(bytes, config.hardBytes()) >= 0) {
      boolean first = !hardReached;
      hardReached = true;
      return first ? Limit.HARD : Limit.NONE;
    }
    if (config.softBytes() != 0
        && !softReported
        && Long.compareUnsigned(bytes, config.softBytes()) >= 0) {
      softReported = true;
      return Limit.SOFT;
    }
    return Limit.NONE;
  }

  /** True once per capture: its keys have to be noted. */
  boolean firstFor(long capture) {
    boolean first = loggedFor != capture;
    loggedFor = capture;
    return first;
  }

  SaView view() {
    return new SaView(
        config.offloadId(),
        config.direction(),
        inbound,
        config.spi(),
        suite.toString(),
        config.extSeqNum(),
        config.replayWindow(),
        config.reqId(),
        config.mode(),
        packets,
        bytes,
        config.softBytes(),
        config.hardBytes(),
        inbound ? receiver.topSequence() : sender.lastSequence(),
        hardReached);
  }

  void wipe() {
    config.key().close();
  }
}
