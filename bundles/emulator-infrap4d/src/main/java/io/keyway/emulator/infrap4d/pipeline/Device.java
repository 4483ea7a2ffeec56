package io.keyway.emulator.infrap4d.pipeline;

import com.google.protobuf.ByteString;
import io.keyway.emulator.infrap4d.Quirk;
import io.keyway.emulator.infrap4d.Quirks;
import io.keyway.emulator.infrap4d.program.LinuxNetworking;
import io.keyway.emulator.infrap4d.program.MatchTable;
import io.keyway.emulator.infrap4d.program.Program;
import io.keyway.emulator.infrap4d.program.Row;
import io.keyway.emulator.infrap4d.program.RowKey;
import io.keyway.emulator.infrap4d.program.Values;
import io.keyway.protocol.p4runtime.config.P4Info;
import java.net.InetAddress;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;

/**
 * The device: everything that infrap4d and the hardware below it remember, and forget on a restart.
 * Thread-safe by one lock, which is never held while the surroundings are called.
 */
public final class Device {

  /**
   * The pipeline that is set.
   *
   * @param cookie as it was pushed
   */
  public record Pipeline(Program program, long cookie) {}

  private final Quirks quirks;
  private final boolean cryptoFunction;
  private final SecureRandom random;
  private final Surroundings surroundings;
  private final Counters counters = new Counters();
  private final KeyMemory keyMemory;
  private final Sad sad;
  private final Map<String, MatchTable> tables = new LinkedHashMap<>();
  private SpiAllocator spis;
  private Pipeline pipeline;
  private boolean callbackRegistered;
  private long generation = 1;

  /**
   * A device without pipeline.
   *
   * @param cryptoFunction whether start-up found the fixed function that SAD and SPIs live in
   * @param sadCapacity entries that fit
   */
  public Device(
      Quirks quirks,
      boolean cryptoFunction,
      int sadCapacity,
      SecureRandom random,
      Surroundings surroundings) {
    this.quirks = quirks;
    this.cryptoFunction = cryptoFunction;
    this.random = random;
    this.surroundings = surroundings;
    this.keyMemory = new KeyMemory(random);
    this.sad = new Sad(quirks, sadCapacity, random);
    this.spis = new SpiAllocator(random);
  }

  public Quirks quirks() {
    return quirks;
  }

  public Counters counters() {
    return counters;
  }

  /** Another number than before: state was lost in between. */
  public synchronized long generation() {
    return generation;
  }

  /** The pipeline, if one is set. */
  public synchronized Optional<Pipeline> pipeline() {
    return Optional.ofNullable(pipeline);
  }

  /** Sets the pipeline, which empties every table even when it is the same again. */
  public synchronized void setPipeline(P4Info info, long cookie) {
    Program program = new Program(info);
    tables.clear();
    program.tables().forEach(t -> tables.put(t.name(), new MatchTable(t)));
    if (!quirks.has(Quirk.SAD_SURVIVES_REPUSH)) {
      sad.clear();
    }
    pipeline = new Pipeline(program, cookie);
    generation++;
  }

  /** Takes the pipeline away, as if it had never been set. */
  public synchronized void clearPipeline() {
    tables.clear();
    sad.clear();
    pipeline = null;
    generation++;
  }

  /** The process dies and comes back: nothing survives but counters and the memory of keys. */
  public synchronized void restart() {
    tables.clear();
    sad.clear();
    pipeline = null;
    callbackRegistered = false;
    spis = new SpiAllocator(random);
    generation++;
    counters.count(Counter.RESTARTS);
  }

  /** Runs something against a table while nothing else changes it; null when it does not exist. */
  public synchronized <T> T table(String name, Function<MatchTable, T> action) {
    MatchTable table = tables.get(name);
    return table == null ? null : action.apply(table);
  }

  /** Inserts a row; endpoints of a receive row tell where an SA's packets run. */
  public MatchTable.Change insert(
      Program.TableInfo table, RowKey key, Program.ActionInfo action, List<ByteString> params) {
    Effects effects = new Effects();
    MatchTable.Change change;
    long capture = surroundings.capture();
    synchronized (this) {
      MatchTable rows = tables.get(table.name());
      if (rows == null) {
        return MatchTable.Change.ABSENT;
      }
      change = rows.insert(key, action, params);
      if (change == MatchTable.Change.DONE
          && capture != 0
          && action.name().equals(LinuxNetworking.IPSEC_DECRYPT)) {
        SaEntry sa = sad.lookup(Values.number(params.get(0)), true);
        if (sa != null && sa.firstFor(capture)) {
          effects.key(
              new KeyUse(
                  key.values().get(0).toByteArray(),
                  key.values().get(1).toByteArray(),
                  sa.config().spi(),
                  sa.suite(),
                  sa.config().key().copy()));
        }
      }
    }
    effects.perform(surroundings, counters);
    return change;
  }

  /** Whether SAD and SPI tables exist. */
  public synchronized boolean cryptoReady() {
    return pipeline != null && cryptoFunction;
  }

  /** What a SPI that the device allocates costs: one of 2^24. 0 when the table does not exist. */
  public synchronized int allocateSpi() {
    if (!cryptoReady()) {
      return 0;
    }
    callbackRegistered = true;
    int spi =
        spis.allocate(index -> sad.lookup(index, true) != null || sad.lookup(index, false) != null);
    if (spi != 0) {
      counters.count(Counter.SPIS_ALLOCATED);
    }
    return spi;
  }

  /** Installs an SA; ownership of the key passes in any case. */
  public synchronized InsertResult insertSa(SaConfig config) {
    if (!cryptoReady()) {
      config.key().close();
      return InsertResult.NO_TABLE;
    }
    callbackRegistered = true;
    InsertResult result = sad.insert(config);
    if (result == InsertResult.DUPLICATE) {
      counters.count(Counter.SAD_DUPLICATES);
    }
    if (result == InsertResult.DONE) {
      boolean inbound = sad.inbound(config.direction());
      counters.count(inbound ? Counter.INBOUND_KEY_INSTALLS : Counter.OUTBOUND_KEY_INSTALLS);
      if (keyMemory.seenBefore(config.key(), inbound)) {
        counters.count(inbound ? Counter.INBOUND_KEY_REINSTALLS : Counter.OUTBOUND_KEY_REINSTALLS);
      }
    }
    return result;
  }

  /** Removes an SA; false when it is not there. */
  public synchronized boolean deleteSa(int offloadId, boolean direction) {
    if (!cryptoReady()) {
      return false;
    }
    callbackRegistered = true;
    return sad.delete(offloadId, direction);
  }

  /** Every SA without its key. */
  public synchronized List<SaView> sas() {
    return sad.entries().stream().map(SaEntry::view).toList();
  }

  /** Whether expiries reach subscribers yet. */
  public synchronized boolean callbackRegistered() {
    return callbackRegistered;
  }

  /** A packet from the host. */
  public Verdict transmit(byte[] packet, boolean underlay) {
    Effects effects = new Effects();
    long capture = surroundings.capture();
    Verdict verdict;
    synchronized (this) {
      verdict = new PacketPath(tables, sad, counters, capture, effects).transmit(packet, underlay);
    }
    effects.perform(surroundings, counters);
    return verdict;
  }

  /** A frame from the wire. */
  public void receive(byte[] frame) {
    Effects effects = new Effects();
    long capture = surroundings.capture();
    synchronized (this) {
      new PacketPath(tables, sad, counters, capture, effects).receive(frame);
    }
    effects.perform(surroundings, counters);
  }

  /** Reports an expiry out of turn; the number of subscribers told. */
  public int expire(int spi, boolean soft, InetAddress destination, boolean enforce) {
    synchronized (this) {
      if (enforce && !soft) {
        sad.entries().stream().filter(sa -> sa.config().spi() == spi).forEach(SaEntry::reachHard);
      }
    }
    counters.count(Counter.EXPIRE_EVENTS);
    int told = surroundings.expired(new ExpireEvent(spi, soft, destination));
    if (told == 0) {
      counters.count(Counter.EXPIRE_EVENTS_LOST);
    }
    return told;
  }

  /** The destination that the rows name for an SPI: of a receive row, or of an encapsulation. */
  public synchronized Optional<byte[]> destinationOf(int spi) {
    MatchTable receive = tables.get(LinuxNetworking.RX_SA_CLASSIFICATION);
    if (receive == null) {
      return Optional.empty();
    }
    for (Row row : receive.rows()) {
      if ((int) Values.number(row.key().values().get(2)) == spi) {
        return Optional.of(row.key().values().get(1).toByteArray());
      }
    }
    for (SaEntry sa : sad.entries()) {
      if (!sa.inbound() && sa.config().spi() == spi) {
        Row encap =
            tables
                .get(LinuxNetworking.TUNNEL_ENCAP_MOD)
                .lookup(
                    Map.of(
                        LinuxNetworking.FIELD_MOD_BLOB_PTR,
                        Values.of(sa.config().offloadId(), 24)));
        return Optional.ofNullable(encap).map(r -> r.params().get(1).toByteArray());
      }
    }
    return Optional.empty();
  }

  /** Leaves only so many places of the SAD until it is emptied; null when there is no SAD. */
  public synchronized Integer fillSad(int leaveFree) {
    return cryptoReady() ? sad.fill(leaveFree) : null;
  }

  /** Fills a table with rows of nobody's until only so many are free; null when there is none. */
  public synchronized Integer fill(String tableName, int leaveFree) {
    if (pipeline == null) {
      return null;
    }
    Program.TableInfo info = pipeline.program().table(tableName).orElse(null);
    if (info == null || info.fields().isEmpty()) {
      return null;
    }
    MatchTable table = tables.get(info.name());
    Program.ActionInfo action =
        info.actions().values().stream()
            .filter(a -> !info.defaultOnly().contains(a.id()))
            .findFirst()
            .orElseThrow();
    List<ByteString> params = action.params().stream().map(p -> Values.of(0, p.bits())).toList();
    int added = 0;
    // From the top of the value space down, where no real row lies.
    for (long n = 0xFFFFFFFFL; table.free() > leaveFree && n > 0; n--) {
      List<ByteString> key = new ArrayList<>();
      long rest = n;
      for (Program.Field field : info.fields()) {
        key.add(Values.of(rest, field.bits()));
        rest = field.bits() >= 24 ? 0 : rest >>> field.bits();
      }
      if (table.insert(new RowKey(key), action, params) == MatchTable.Change.DONE) {
        added++;
      }
    }
    return added;
  }
}
