package io.keyway.state;

import io.keyway.api.key.SecretBytes;
import io.keyway.api.store.StateStore.StateRecord;
import java.io.IOException;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.LongSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Carries the changes of a store to its journal, on a thread of its own: what has gathered goes
 * with one force, however many wait for it. Of a record that changed several times meanwhile only
 * the last content is written.
 *
 * <p>A file to which a write failed is never written to again, since nobody knows what of it is on
 * the disk (and its nonces may be used up): the next attempt makes a new file from memory.
 */
final class JournalWriter implements Changes {

  private static final Logger LOG = LoggerFactory.getLogger(JournalWriter.class);

  /**
   * How long a change that nobody waits for may stay in memory only. Long enough to go along with
   * what somebody does wait for: the steps of a tunnel's negotiation are a round trip apart.
   */
  static final long LINGER_NANOS = 500_000_000L;

  /** Pause between attempts while the disk refuses. */
  static final long RETRY_NANOS = 1_000_000_000L;

  private static final long LEAST_COMPACTED = 1L << 20;
  private static final int SNAPSHOT_FRAME = 1 << 20;

  private final Path file;
  private final Disk disk;
  private final SecureRandom random;
  private final LongSupplier nanos;
  private final SecretBytes master;
  private InMemoryStateStore memory;

  private record Id(String owner, String key) {}

  private Map<Id, StateRecord> pending = new LinkedHashMap<>();
  private List<CompletableFuture<Void>> waiting = new ArrayList<>();
  private long oldest;
  private boolean closing;
  private boolean stopped;

  /** Null while there is none that may be written to. Only the thread's. */
  private JournalFile journal;

  private long compactAt;
  private volatile long forces;
  private IOException broken;
  private long retryAt;

  /**
   * @param master key; ownership passes
   */
  JournalWriter(Path file, Disk disk, SecureRandom random, LongSupplier nanos, SecretBytes master) {
    this.file = file;
    this.disk = disk;
    this.random = random;
    this.nanos = nanos;
    this.master = master;
  }

  // ---- any thread --------------------------------------------------------------------------

  /** Called under the owner's lock: the octets are copied, as they may be wiped right after. */
  @Override
  public synchronized void put(StateRecord value) {
    enqueue(
        new Id(value.owner(), value.key()),
        new StateRecord(value.owner(), value.key(), value.schema(), value.octets().clone()));
  }

  @Override
  public synchronized void removed(String owner, String key) {
    enqueue(new Id(owner, key), null);
  }

  private void enqueue(Id id, StateRecord value) {
    if (stopped) {
      return;
    }
    if (pending.isEmpty()) {
      oldest = nanos.getAsLong();
      notifyAll();
    }
    OwnerSpace.wipe(pending.put(id, value));
  }

  synchronized CompletionStage<Void> sync() {
    CompletableFuture<Void> done = new CompletableFuture<>();
    if (stopped) {
      done.completeExceptionally(new IOException("the state store is closed"));
    } else {
      waiting.add(done);
      notifyAll();
    }
    return done;
  }

  /** How often the disk was waited for. */
  long forces() {
    return forces;
  }

  // ---- life --------------------------------------------------------------------------------

  /**
   * Makes a new file of what is in memory; from then on changes are written.
   *
   * @param store whose changes this is told
   */
  void begin(InMemoryStateStore store) {
    memory = store;
    try {
      rewrite();
    } catch (IOException e) {
      broke(e);
    }
  }

  /** Works until {@link #close}. */
  void run() {
    while (true) {
      Map<Id, StateRecord> group;
      List<CompletableFuture<Void>> asking;
      synchronized (this) {
        if (!await()) {
          return;
        }
        group = pending;
        pending = new LinkedHashMap<>();
        asking = waiting;
        waiting = new ArrayList<>();
      }
      try {
        carry(group);
        asking.forEach(done -> done.complete(null));
      } catch (IOException e) {
        asking.forEach(done -> done.completeExceptionally(e));
      } catch (RuntimeException | Error e) {
        LOG.error("the state journal: a bug", e);
        IOException bug = new IOException("internal error: " + e, e);
        broke(bug);
        asking.forEach(done -> done.completeExceptionally(bug));
      } finally {
        group.values().forEach(OwnerSpace::wipe);
      }
    }
  }

  /** True when there is something to do now; false when it is over. */
  private synchronized boolean await() {
    boolean interrupted = false;
    try {
      while (true) {
        long now = nanos.getAsLong();
        if (!waiting.isEmpty() || closing && !pending.isEmpty()) {
          return true;
        }
        if (closing) {
          stopped = true;
          return false;
        }
        long due =
            broken != null ? retryAt : pending.isEmpty() ? Long.MAX_VALUE : oldest + LINGER_NANOS;
        if (due != Long.MAX_VALUE && due - now <= 0) {
          return true;
        }
        try {
          if (due == Long.MAX_VALUE) {
            wait();
          } else {
            wait(Math.max(1, (due - now) / 1_000_000));
          }
        } catch (InterruptedException e) {
          interrupted = true;
        }
      }
    } finally {
      if (interrupted) {
        Thread.currentThread().interrupt();
      }
    }
  }

  private void carry(Map<Id, StateRecord> group) throws IOException {
    if (broken != null && nanos.getAsLong() - retryAt < 0) {
      // The group is let go: the next attempt takes everything from memory.
      throw broken;
    }
    try {
      if (journal == null || journal.size() > compactAt) {
        // Memory has the group already.
        rewrite();
      } else {
        append(group);
      }
    } catch (IOException e) {
      broke(e);
      throw broken;
    }
    if (broken != null) {
      LOG.info("the state journal {} is written again", file);
      broken = null;
    }
  }

  private void append(Map<Id, StateRecord> group) throws IOException {
    RecordCodec.Group frame = new RecordCodec.Group();
    for (Map.Entry<Id, StateRecord> change : group.entrySet()) {
      if (change.getValue() == null) {
        frame.remove(change.getKey().owner(), change.getKey().key());
      } else {
        frame.put(change.getValue());
      }
      if (frame.size() > JournalFile.MOST_PLAIN) {
        journal.append(frame.take());
        // A frame is on the disk before the next is begun: the reader counts on it.
        force(journal);
      }
    }
    if (frame.size() > 0) {
      journal.append(frame.take());
      force(journal);
    }
  }

  private void force(JournalFile which) throws IOException {
    // Only this thread counts.
    forces = forces + 1;
    which.force();
  }

  private void rewrite() throws IOException {
    Path fresh = file.resolveSibling(file.getFileName() + ".new");
    JournalFile next = JournalFile.create(disk, fresh, master, random);
    try {
      RecordCodec.Group frame = new RecordCodec.Group();
      for (OwnerSpace space : memory.spaces()) {
        for (StateRecord copy : space.copies()) {
          frame.put(copy);
          OwnerSpace.wipe(copy);
          if (frame.size() > SNAPSHOT_FRAME) {
            next.append(frame.take());
          }
        }
      }
      if (frame.size() > 0) {
        next.append(frame.take());
      }
      force(next);
      disk.move(fresh, file);
    } catch (IOException | RuntimeException e) {
      next.close();
      throw e;
    }
    // The old file has no name from here on.
    JournalFile old = journal;
    journal = next;
    compactAt = 2 * Math.max(LEAST_COMPACTED, next.size());
    if (old != null) {
      old.close();
    }
    disk.forceDirectory(file.toAbsolutePath().getParent());
  }

  private void broke(IOException cause) {
    boolean news = broken == null;
    broken =
        new IOException(
            "the state journal "
                + file
                + " cannot be written ("
                + cause.getMessage()
                + "); make room on its disk or give the directory back to this user",
            cause);
    retryAt = nanos.getAsLong() + RETRY_NANOS;
    if (news) {
      LOG.error("{}; nothing new is written to data planes until then", broken.getMessage());
    }
    JournalFile old = journal;
    journal = null;
    if (old != null) {
      try {
        old.close();
      } catch (IOException e) {
        LOG.debug("{}", e.toString());
      }
    }
  }

  /** Writes what is left, then ends the thread. */
  synchronized void close() {
    closing = true;
    notifyAll();
  }

  /** After the thread has ended. */
  void dispose() throws IOException {
    master.close();
    if (journal != null) {
      journal.close();
    }
  }
}
