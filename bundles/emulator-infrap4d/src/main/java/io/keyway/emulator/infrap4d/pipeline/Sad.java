package io.keyway.emulator.infrap4d.pipeline;

import io.keyway.api.crypto.EncryptionAlgorithm;
import io.keyway.api.crypto.IntegrityAlgorithm;
import io.keyway.emulator.infrap4d.Quirk;
import io.keyway.emulator.infrap4d.Quirks;
import io.keyway.esp.EspSuite;
import io.keyway.esp.ReplayWindow;
import java.security.SecureRandom;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/** The SA database: entries by index and direction, inserted once, never changed. Guarded. */
final class Sad {

  private record Key(int offloadId, boolean direction) {}

  private final Quirks quirks;
  private final int capacity;
  private final SecureRandom random;
  private final Map<Key, SaEntry> entries = new LinkedHashMap<>();
  private int taken;

  Sad(Quirks quirks, int capacity, SecureRandom random) {
    this.quirks = quirks;
    this.capacity = capacity;
    this.random = random;
  }

  /** Takes the key of the config in any case: it is wiped when the insert is refused. */
  InsertResult insert(SaConfig config) {
    InsertResult refused = check(config);
    if (refused != InsertResult.DONE) {
      config.key().close();
      return refused;
    }
    Key key = new Key(config.offloadId(), config.direction());
    entries.put(
        key, new SaEntry(config, inbound(config.direction()), suite(config).orElseThrow(), random));
    return InsertResult.DONE;
  }

  private InsertResult check(SaConfig config) {
    if (entries.containsKey(new Key(config.offloadId(), config.direction()))) {
      return InsertResult.DUPLICATE;
    }
    if (entries.size() + taken >= capacity) {
      return InsertResult.FULL;
    }
    if (config.offloadId() >>> 24 != 0) {
      return InsertResult.BAD_INDEX;
    }
    if (config.spi() == 0) {
      return InsertResult.BAD_SPI;
    }
    if (quirks.has(Quirk.STRICT_INDEX)
        && inbound(config.direction())
        && (config.spi() & 0xFFFFFF) != config.offloadId()) {
      return InsertResult.BAD_INDEX;
    }
    if (Integer.compareUnsigned(config.replayWindow(), ReplayWindow.MAX_SIZE) > 0) {
      return InsertResult.BAD_WINDOW;
    }
    if (!algorithmKnown(config.algorithm())) {
      return InsertResult.BAD_ALGORITHM;
    }
    return suite(config).isPresent() ? InsertResult.DONE : InsertResult.BAD_KEY_LENGTH;
  }

  private boolean algorithmKnown(int algorithm) {
    return quirks.has(Quirk.DEVICE_ALGORITHM_NUMBERS)
        ? algorithm == 0 || algorithm == 1
        : algorithm == 20 || algorithm == 21;
  }

  /** The device has AES-128 and AES-256 only. */
  private Optional<EspSuite> suite(SaConfig config) {
    int claimed = config.keyLength() + (quirks.has(Quirk.KEY_LENGTH_WITH_SALT) ? 0 : 4);
    int octets = config.key().length();
    if (claimed != octets || octets != 20 && octets != 36) {
      return Optional.empty();
    }
    boolean gmac = config.algorithm() == (quirks.has(Quirk.DEVICE_ALGORITHM_NUMBERS) ? 1 : 21);
    if (gmac) {
      return Optional.of(EspSuite.nullAuthGmac((octets - 4) * 8));
    }
    return Optional.of(
        EspSuite.of(
            octets == 20 ? EncryptionAlgorithm.AES_GCM_16_128 : EncryptionAlgorithm.AES_GCM_16_256,
            IntegrityAlgorithm.NONE));
  }

  boolean inbound(boolean direction) {
    return direction == quirks.has(Quirk.INBOUND_IS_TRUE);
  }

  boolean delete(int offloadId, boolean direction) {
    SaEntry gone = entries.remove(new Key(offloadId, direction));
    if (gone != null) {
      gone.wipe();
    }
    return gone != null;
  }

  /** Takes places away, as if somebody else used them; how many more than before. */
  int fill(int leaveFree) {
    int before = taken;
    taken = Math.max(0, capacity - entries.size() - leaveFree);
    return Math.max(0, taken - before);
  }

  /** The SA of an index in one direction, or null. */
  SaEntry lookup(long offloadId, boolean inbound) {
    return entries.get(new Key((int) offloadId, inbound == quirks.has(Quirk.INBOUND_IS_TRUE)));
  }

  Collection<SaEntry> entries() {
    return entries.values();
  }

  void clear() {
    entries.values().forEach(SaEntry::wipe);
    entries.clear();
    taken = 0;
  }
}
