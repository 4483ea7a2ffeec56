package io.keyway.state;

import io.keyway.api.Outcome;
import io.keyway.api.key.SecretBytes;
import io.keyway.api.store.StateStore;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.security.SecureRandom;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ThreadFactory;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The {@link StateStore} that outlives the process: memory for every call, and an encrypted journal
 * for the next process. Safe for many threads.
 *
 * <p>What cannot be used never stops the start and is never deleted: a journal that cannot be
 * believed is put aside, under a name that says so; while the key or the disk cannot be used,
 * {@link #sync} says why and the store works in memory.
 */
public final class DurableStateStore implements StateStore, AutoCloseable {

  private static final Logger LOG = LoggerFactory.getLogger(DurableStateStore.class);
  private static final long CLOSING_MILLIS = 10_000;

  private final InMemoryStateStore memory;

  /** Null when nothing is written, for the reason in {@link #unusable}. */
  private final JournalWriter writer;

  private final String unusable;
  private final Thread thread;
  private final FileChannel lock;

  private DurableStateStore(
      InMemoryStateStore memory,
      JournalWriter writer,
      String unusable,
      Thread thread,
      FileChannel lock) {
    this.memory = memory;
    this.writer = writer;
    this.unusable = unusable;
    this.thread = thread;
    this.lock = lock;
  }

  /**
   * Opens or creates a store.
   *
   * @param file the journal; its directory is made, and holds the lock and files put aside
   * @param keyFile 32 octets, made when there is none
   * @param threads makes the one thread that touches the disk
   */
  public static DurableStateStore open(
      Path file, Path keyFile, Quota quota, ThreadFactory threads) {
    return open(file, keyFile, quota, threads, Disk.REAL);
  }

  static DurableStateStore open(
      Path file, Path keyFile, Quota quota, ThreadFactory threads, Disk disk) {
    FileChannel lock = null;
    SecretBytes master = null;
    try {
      Files.createDirectories(file.toAbsolutePath().getParent());
      lock = lock(file);
      boolean keyless = Files.notExists(keyFile);
      master = MasterKey.readOrCreate(keyFile, disk, new SecureRandom());
      JournalWriter writer =
          new JournalWriter(file, disk, new SecureRandom(), System::nanoTime, master);
      Files.deleteIfExists(file.resolveSibling(file.getFileName() + ".new"));
      InMemoryStateStore memory = read(file, keyFile, keyless, quota, master, writer, disk);
      writer.begin(memory);
      Thread thread = threads.newThread(writer::run);
      thread.start();
      return new DurableStateStore(memory, writer, "", thread, lock);
    } catch (IOException e) {
      String reason =
          "what must survive a crash cannot be kept: "
              + e.getMessage()
              + "; correct it, then restart the bundle keyway-state";
      LOG.error("{}", reason);
      close(lock);
      if (master != null) {
        master.close();
      }
      return new DurableStateStore(new InMemoryStateStore(quota), null, reason, null, null);
    }
  }

  private static FileChannel lock(Path file) throws IOException {
    FileChannel channel =
        FileChannel.open(
            file.resolveSibling(file.getFileName() + ".lock"),
            StandardOpenOption.CREATE,
            StandardOpenOption.WRITE);
    try {
      if (channel.tryLock() != null) {
        return channel;
      }
    } catch (OverlappingFileLockException e) {
      // Falls through: another store of this process has it.
    } catch (IOException e) {
      close(channel);
      throw e;
    }
    close(channel);
    throw new IOException(file + " is in use by another process; stop that one first");
  }

  private static InMemoryStateStore read(
      Path file,
      Path keyFile,
      boolean keyless,
      Quota quota,
      SecretBytes master,
      JournalWriter writer,
      Disk disk)
      throws IOException {
    Gate gate = new Gate(writer);
    InMemoryStateStore memory = new InMemoryStateStore(quota, gate);
    if (Files.exists(file)) {
      try {
        long torn = JournalReader.read(file, master, into(memory));
        if (torn > 0) {
          LOG.info("{}: {} octets of a write that a crash cut short are left out", file, torn);
        }
      } catch (JournalReader.Unreadable e) {
        Path aside =
            file.resolveSibling(file.getFileName() + ".unreadable-" + System.currentTimeMillis());
        disk.move(file, aside);
        LOG.error(
            "{} cannot be read: {}. It is now {}: {}. Until then what an earlier run left on data"
                + " planes is not known: its rows are shown as drift, and every tunnel is set up"
                + " anew",
            file,
            e.getMessage(),
            aside.getFileName(),
            keyless
                ? "stop, put it and its key file " + keyFile + ", which was missing, back"
                : "stop, put a sound copy of this moment back, or delete it when nobody needs it");
        memory.close();
        memory = new InMemoryStateStore(quota, gate);
      }
    }
    gate.open = true;
    return memory;
  }

  /** Keeps what is read from being written again as news. */
  private static final class Gate implements Changes {
    private final Changes to;
    private volatile boolean open;

    Gate(Changes to) {
      this.to = to;
    }

    @Override
    public void put(StateRecord value) {
      if (open) {
        to.put(value);
      }
    }

    @Override
    public void removed(String owner, String key) {
      if (open) {
        to.removed(owner, key);
      }
    }
  }

  private static Changes into(InMemoryStateStore memory) {
    return new Changes() {
      @Override
      public void put(StateRecord value) {
        Outcome outcome = memory.put(value);
        OwnerSpace.wipe(value);
        if (!outcome.done()) {
          LOG.error("{} of the journal is not taken: {}", value, outcome.reason());
        }
      }

      @Override
      public void removed(String owner, String key) {
        memory.remove(owner, key);
      }
    };
  }

  private static void close(FileChannel channel) {
    if (channel != null) {
      try {
        channel.close();
      } catch (IOException e) {
        LOG.debug("{}", e.toString());
      }
    }
  }

  @Override
  public Outcome put(StateRecord value) {
    return memory.put(value);
  }

  @Override
  public Optional<StateRecord> get(String owner, String key) {
    return memory.get(owner, key);
  }

  @Override
  public Outcome remove(String owner, String key) {
    return memory.remove(owner, key);
  }

  @Override
  public List<String> keys(String owner) {
    return memory.keys(owner);
  }

  @Override
  public CompletionStage<Void> sync() {
    return writer == null
        ? CompletableFuture.failedFuture(new IOException(unusable))
        : writer.sync();
  }

  /** How often the disk was waited for to keep what was written, since this was opened. */
  public long forces() {
    return writer == null ? 0 : writer.forces();
  }

  /** Writes what is left, and wipes the memory. Idempotent. */
  @Override
  public void close() {
    if (writer != null) {
      writer.close();
      try {
        thread.join(CLOSING_MILLIS);
        if (thread.isAlive()) {
          LOG.warn("the state journal does not close: its disk does not answer");
        } else {
          writer.dispose();
        }
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      } catch (IOException e) {
        LOG.warn("the state journal was not closed well: {}", e.toString());
      }
      close(lock);
    }
    memory.close();
  }
}
