package io.keyway.sad;

import io.keyway.api.crypto.EncryptionAlgorithm;
import io.keyway.api.key.SecretBytes;
import io.keyway.api.sa.Direction;
import io.keyway.api.sa.Generation;
import io.keyway.api.sa.Owner;
import java.io.Closeable;
import java.io.IOException;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.SecureRandom;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Executor;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Every key that was ever about to be installed, by fingerprint, in memory and in a journal file.
 *
 * <p>AES-GCM gives everything away when a key meets the same nonce twice, and a device counts its
 * nonces from the start whenever a key is installed anew (RFC 4106 section 3.1, RFC 8221 section
 * 5). So a key is noted, on the disk, before it is written, and refused ever after.
 *
 * <p>A note is dropped when its SA is known to be gone and either the plane has begun another life
 * or a long time has passed: by then nobody has the key any more, as every holder wipes it. What
 * people have written by hand they may write again after any time; such notes are never dropped.
 */
final class BurntKeys implements Closeable {

  private static final Logger LOG = LoggerFactory.getLogger(BurntKeys.class);

  private static final String MAGIC = "keyway-burnt-keys";
  private static final String VERSION = "1";
  private static final String GONE = "gone";
  private static final String FORGET = "forget";
  private static final int SALT_OCTETS = 32;
  private static final int SLACK_LINES = 1000;

  private final LineJournal journal;
  private final SecretKeySpec salt;
  private final String header;
  private final Executor executor;
  private final Clock clock;
  private final Duration keep;
  private final boolean sameProcess;

  private final Map<Fingerprint, Held> keys = new ConcurrentHashMap<>();
  private final Map<String, Generation> generations = new ConcurrentHashMap<>();
  private final ConcurrentLinkedQueue<Pending> pending = new ConcurrentLinkedQueue<>();
  private long lines;

  /**
   * One key.
   *
   * @param gone Unix time in seconds at which its SA was known to be off the device, or 0
   */
  private record Held(KeyNote note, long gone) {}

  private record Pending(List<String> lines, boolean force, CompletableFuture<Void> done) {}

  private BurntKeys(
      LineJournal.Opened opened, Executor executor, Clock clock, Duration keep, String process) {
    this.journal = opened.journal();
    this.executor = executor;
    this.clock = clock;
    this.keep = keep;
    byte[] octets = new byte[SALT_OCTETS];
    List<String> found = opened.lines();
    String[] first = found.isEmpty() ? new String[0] : found.get(0).split("\t");
    boolean known = first.length == 4 && first[0].equals(MAGIC) && first[1].equals(VERSION);
    if (known) {
      octets = HexFormat.of().parseHex(first[2]);
    } else {
      new SecureRandom().nextBytes(octets);
    }
    this.salt = new SecretKeySpec(octets, "HmacSHA256");
    this.header = String.join("\t", MAGIC, VERSION, HexFormat.of().formatHex(octets), process);
    this.sameProcess = known && first[3].equals(process);
    this.lines = found.size();
    if (known) {
      found.subList(1, found.size()).forEach(this::replay);
    }
  }

  /**
   * Opens the journal and reads what is in it.
   *
   * @param process tells one run of the virtual machine from another
   * @throws IOException when the file cannot be read or written, is of a later version, or is in
   *     use
   */
  static BurntKeys open(Path file, Executor executor, Clock clock, Duration keep, String process)
      throws IOException {
    LineJournal.Opened opened = LineJournal.open(file);
    try {
      if (opened.damaged() > 0) {
        LOG.warn(
            "{} damaged lines in {}; the keys they named are not known to be burnt any more,"
                + " which matters only if the same negotiation is replayed",
            opened.damaged(),
            file);
      }
      List<String> found = opened.lines();
      if (!found.isEmpty() && !found.get(0).startsWith(MAGIC + "\t" + VERSION + "\t")) {
        throw new IOException(
            file
                + " is not a burnt-key journal of version "
                + VERSION
                + "; move it away only if every SA of every data plane is gone");
      }
      BurntKeys keys = new BurntKeys(opened, executor, clock, keep, process);
      keys.prune();
      List<String> content = keys.content();
      keys.journal.rewrite(content);
      keys.lines = content.size();
      return keys;
    } catch (IOException | RuntimeException e) {
      opened.journal().close();
      throw e;
    }
  }

  private void replay(String line) {
    List<String> fields = Arrays.asList(line.split("\t"));
    try {
      switch (fields.get(0)) {
        case KeyNote.INTENT -> {
          KeyNote note = KeyNote.parse(fields);
          keys.put(note.burnt(), new Held(note, 0));
        }
        case GONE -> {
          long when = Long.parseLong(fields.get(2));
          keys.computeIfPresent(
              Fingerprint.parse(fields.get(1)), (f, held) -> new Held(held.note(), when));
        }
        case FORGET -> keys.remove(Fingerprint.parse(fields.get(1)));
        default -> LOG.warn("a line of the burnt-key journal is of unknown kind");
      }
    } catch (IllegalArgumentException | IndexOutOfBoundsException e) {
      LOG.warn("a line of the burnt-key journal cannot be read: {}", e.getMessage());
    }
  }

  /** True when the journal was last opened in this same run of the virtual machine. */
  boolean sameProcess() {
    return sameProcess;
  }

  /** Notes of keys whose SA is not known to be gone. */
  List<KeyNote> standing() {
    return keys.values().stream().filter(h -> h.gone() == 0).map(Held::note).toList();
  }

  /**
   * The fingerprint of a key for one direction: the peer's outbound key is our inbound key, and
   * both ends may be ours. The salt that follows an AEAD's key plays no part, so the same key is
   * found under any salt. With NULL encryption it is the integrity key.
   */
  Fingerprint fingerprint(
      Direction direction, EncryptionAlgorithm algorithm, SecretBytes encryption) {
    try {
      Mac mac = Mac.getInstance("HmacSHA256");
      mac.init(salt);
      mac.update((byte) direction.ordinal());
      int length =
          algorithm.keyBits() == 0
              ? encryption.length()
              : Math.min(algorithm.keyBits() / 8, encryption.length());
      encryption.use(octets -> mac.update(octets, 0, length));
      return Fingerprint.of(mac.doFinal());
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("HMAC-SHA-256 is part of every Java", e);
    }
  }

  /** Whether a plane has had a key, or one day had. */
  boolean burntOn(String plane, Fingerprint key) {
    Held held = keys.get(key);
    return held != null && held.note().sa().plane().equals(plane);
  }

  /** Takes a key; false when it was taken before, and so is burnt. */
  boolean take(KeyNote note) {
    return keys.putIfAbsent(note.burnt(), new Held(note, 0)) == null;
  }

  /** Completes when the notes are on the disk; exceptionally when that is not certain. */
  CompletionStage<Void> commit(List<KeyNote> notes) {
    return submit(notes.stream().map(KeyNote::line).toList(), true);
  }

  /** Takes a note back: the key was certainly not written and may be tried again. */
  void forget(Fingerprint key) {
    if (keys.remove(key) != null) {
      submit(List.of(FORGET + "\t" + key), false);
    }
  }

  /** The SA of this key is certainly not on the device; the key stays burnt. */
  void gone(Fingerprint key) {
    long now = clock.instant().getEpochSecond();
    if (keys.computeIfPresent(key, (f, held) -> new Held(held.note(), now)) != null) {
      submit(List.of(GONE + "\t" + key + "\t" + now), false);
    }
  }

  /** Tells the present life of a plane, so that notes of earlier ones can go. */
  void generation(String plane, Generation now) {
    generations.put(plane, now);
  }

  /** How often the disk was waited for. */
  long forces() {
    return journal.forces();
  }

  /** Number of keys remembered. */
  int size() {
    return keys.size();
  }

  private CompletionStage<Void> submit(List<String> text, boolean force) {
    CompletableFuture<Void> done = new CompletableFuture<>();
    pending.add(new Pending(text, force, done));
    try {
      executor.execute(this::drain);
    } catch (RuntimeException e) {
      done.completeExceptionally(e);
    }
    return done;
  }

  /** On the journal's thread: whatever has gathered goes to the disk with one force. */
  private void drain() {
    List<Pending> group = new ArrayList<>();
    for (Pending next = pending.poll(); next != null; next = pending.poll()) {
      group.add(next);
    }
    if (group.isEmpty()) {
      return;
    }
    List<String> text = group.stream().flatMap(p -> p.lines().stream()).toList();
    try {
      journal.append(text, group.stream().anyMatch(Pending::force));
      lines += text.size();
    } catch (IOException e) {
      LOG.error("the burnt-key journal cannot be written: {}", e.toString());
      group.forEach(p -> p.done().completeExceptionally(e));
      return;
    }
    group.forEach(p -> p.done().complete(null));
    compactIfWorth();
  }

  private void compactIfWorth() {
    if (lines < 2L * keys.size() + SLACK_LINES) {
      return;
    }
    prune();
    List<String> content = content();
    try {
      journal.rewrite(content);
    } catch (IOException e) {
      LOG.warn("the burnt-key journal cannot be compacted: {}", e.toString());
    }
    lines = content.size();
  }

  private void prune() {
    long now = clock.instant().getEpochSecond();
    keys.values()
        .removeIf(
            held -> {
              Generation present = generations.get(held.note().sa().plane());
              boolean over = present != null && !present.equals(held.note().generation());
              boolean old = now - held.gone() > keep.toSeconds();
              boolean manual = held.note().owner().equals(Owner.MANUAL);
              return held.gone() != 0 && (over || old) && !manual;
            });
  }

  private List<String> content() {
    List<String> content = new ArrayList<>();
    content.add(header);
    keys.forEach(
        (key, held) -> {
          content.add(held.note().line());
          if (held.gone() != 0) {
            content.add(GONE + "\t" + key + "\t" + held.gone());
          }
        });
    return content;
  }

  /** Call it on the journal's thread, after everything else. */
  @Override
  public void close() throws IOException {
    drain();
    journal.close();
  }
}
