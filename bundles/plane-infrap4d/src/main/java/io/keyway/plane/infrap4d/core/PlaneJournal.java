package io.keyway.plane.infrap4d.core;

import io.keyway.api.sa.Direction;
import io.keyway.api.sa.IpsecMode;
import io.keyway.api.sa.SpiLease;
import io.keyway.plane.infrap4d.device.SaRef;
import io.keyway.plane.infrap4d.pipeline.RowAction;
import io.keyway.plane.infrap4d.pipeline.RowKey;
import io.keyway.plane.support.PlaneMemory;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Notes what one plane does to its device, in this order: what is about to be written, on the disk;
 * the write; what became of it. A life that ends in between leaves a doubt that the next one
 * settles by reading the device back. Only the plane's worker uses it.
 */
final class PlaneJournal implements MirrorNotes {

  private static final Logger LOG = LoggerFactory.getLogger(PlaneJournal.class);

  /** A disk that takes longer is one that does not work. */
  private static final Duration LIMIT = Duration.ofSeconds(10);

  private static final String HEADER = "plane";
  private static final String ROW = "row/";
  private static final String SA = "sa/";
  private static final String SPI = "spi/";
  private static final String COUNTED = "counted/";

  private final PlaneMemory memory;
  private final String plane;
  private Runnable everything = () -> {};
  private Counting meter;
  private long life;
  private String lost = "";
  private Set<String> written;

  PlaneJournal(PlaneMemory memory, String plane) {
    this.memory = memory;
    this.plane = plane;
  }

  /**
   * @param all notes all that there is to note, for a memory that may lack some of it
   */
  void everything(Runnable all) {
    this.everything = all;
  }

  // ---- taking over -------------------------------------------------------------------------

  /**
   * Fills an empty mirror and ledger with what an earlier life noted.
   *
   * @return the header; empty, with nothing filled, when there is none, or one of another device
   * @throws IOException when it cannot be read
   */
  Optional<StateCodec.Header> restore(String identity, Mirror mirror, SpiLedger ledger)
      throws IOException {
    Map<String, byte[]> records = memory.load(plane, StateCodec.SCHEMA);
    byte[] first = records.get(HEADER);
    if (first == null) {
      return Optional.empty();
    }
    StateCodec.Header header = StateCodec.Header.of(first);
    if (!header.identity().equals(identity)) {
      // Goes when this device's state is noted for the first time.
      LOG.warn("data plane {}: what is remembered is of {}, not used", plane, header.identity());
      return Optional.empty();
    }
    Mirror read = new Mirror(MirrorNotes.NONE);
    SpiLedger spis = new SpiLedger(MirrorNotes.NONE);
    fill(records, read, spis);
    life = memory.life();
    fill(records, mirror, ledger);
    if (meter != null) {
      // After the rows, whose coming is none of the changes that it counts.
      for (Map.Entry<String, byte[]> entry : new TreeMap<>(records).entrySet()) {
        if (entry.getKey().startsWith(COUNTED)) {
          meter.restore(MeterNote.of(entry.getValue()));
        }
      }
    }
    return Optional.of(header);
  }

  private static void fill(Map<String, byte[]> records, Mirror mirror, SpiLedger ledger)
      throws IOException {
    // By key, so that what is made of them does not depend on the memory's order.
    for (Map.Entry<String, byte[]> entry : new TreeMap<>(records).entrySet()) {
      byte[] octets = entry.getValue();
      if (entry.getKey().startsWith(ROW)) {
        StateCodec.Row row = StateCodec.Row.of(octets);
        mirror.set(row.key(), row.action());
        if (row.doubt() != Doubt.NONE) {
          mirror.suspect(row.key(), row.doubt());
        }
      } else if (entry.getKey().startsWith(SA)) {
        SaEntry sa = StateCodec.sa(octets);
        mirror.putSa(sa);
        boolean inbound = sa.ref().direction() == Direction.INBOUND;
        // One that was removed, and is only to be removed once more, has left its rows already.
        boolean rows = !sa.bare() && sa.state() != SaEntry.State.LATE;
        if (inbound && sa.mode() == IpsecMode.TUNNEL && rows) {
          mirror.useTerm(RowKey.tunnelTerm(sa.remote(), sa.local()), sa.ref());
        }
      } else if (entry.getKey().startsWith(SPI)) {
        StateCodec.Lease lease = StateCodec.Lease.of(octets);
        ledger.restore(lease.lease(), lease.pooled());
      }
    }
  }

  // ---- noting ------------------------------------------------------------------------------

  void header(StateCodec.Header header) {
    put(HEADER, header.octets());
  }

  @Override
  public void row(RowKey key, Optional<RowAction> action, Doubt doubt) {
    String name =
        ROW
            + key.table().name()
            + key.values().stream().map(v -> "." + v).collect(Collectors.joining());
    if (action.isEmpty() && doubt == Doubt.NONE) {
      remove(name);
    } else {
      put(name, new StateCodec.Row(key, action, doubt).octets());
    }
  }

  @Override
  public void sa(SaEntry sa) {
    put(name(sa.ref()), StateCodec.octets(sa));
  }

  @Override
  public void saGone(SaRef ref) {
    remove(name(ref));
  }

  private static String name(SaRef ref) {
    return SA + ref.index() + "." + ref.direction().name();
  }

  @Override
  public void lease(SpiLease lease, boolean pooled) {
    put(SPI + lease.index(), new StateCodec.Lease(lease, pooled).octets());
  }

  @Override
  public void leaseGone(long index) {
    remove(SPI + index);
  }

  @Override
  public void counting(Counting who) {
    meter = who;
  }

  @Override
  public void counted(MeterNote place) {
    put(name(place.place()), place.octets());
  }

  @Override
  public void countedGone(List<Long> place) {
    remove(name(place));
  }

  private static String name(List<Long> place) {
    return COUNTED + place.stream().map(String::valueOf).collect(Collectors.joining("."));
  }

  private void put(String key, byte[] octets) {
    if (written != null) {
      written.add(key);
    }
    String refused = memory.put(plane, key, StateCodec.SCHEMA, octets);
    if (!refused.isEmpty()) {
      lost = refused;
    }
  }

  private void remove(String key) {
    memory.remove(plane, key);
  }

  // ---- making it last ----------------------------------------------------------------------

  /**
   * Before anything is noted that is to be synced: a memory that lacks something is filled first.
   * Afterwards would be too late, since what is about to happen stands nowhere but in the notes.
   *
   * @return true when everything was noted anew
   */
  boolean prepare() {
    boolean lacking = memory.life() != 0 && (memory.life() != life || !lost.isEmpty());
    if (lacking) {
      renew();
    }
    return lacking;
  }

  /** Waits until everything noted is on the disk; empty when it is, else why not, for people. */
  Optional<String> sync() {
    if (memory.life() == 0) {
      return Optional.of("waiting for service state, which notes what is written");
    }
    if (!lost.isEmpty()) {
      return Optional.of(lost);
    }
    if (memory.life() != life) {
      return Optional.of("service state was just replaced; try again");
    }
    try {
      memory.sync().toCompletableFuture().get(LIMIT.toMillis(), TimeUnit.MILLISECONDS);
      return Optional.empty();
    } catch (ExecutionException e) {
      return Optional.of("" + e.getCause().getMessage());
    } catch (TimeoutException e) {
      return Optional.of(
          "the disk of the state journal did not answer within " + LIMIT.toSeconds() + " s");
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return Optional.of("the plane is closing");
    }
  }

  /** Notes everything anew, and takes away what is not so any more. */
  private void renew() {
    life = memory.life();
    lost = "";
    written = new TreeSet<>();
    Set<String> before = memory.load(plane, StateCodec.SCHEMA).keySet();
    everything.run();
    if (meter != null) {
      meter.noteAll();
    }
    before.stream().filter(key -> !written.contains(key)).toList().forEach(this::remove);
    written = null;
    LOG.info("data plane {}: its state was noted anew", plane);
  }
}
