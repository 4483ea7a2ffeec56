package io.keyway.tunnels;

import io.keyway.api.sa.ChildId;
import io.keyway.api.sa.Usage;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Map;
import java.util.TreeMap;

/**
 * What one tunnel has sent, child by child, and held. Children are told apart, since one of them
 * may be down while the others are read.
 */
final class Sums {

  /** Layout of {@link #octets()}. */
  static final int SCHEMA = 1;

  private final Map<String, Counters> sent = new TreeMap<>();
  private final Counters held = new Counters();
  private ChildId heldBy;
  private Usage notedSent = Usage.ABSENT;
  private Usage notedHeld = Usage.ABSENT;
  private boolean stale;

  /** Takes a reading of the places of a child, by its name. */
  void sent(String child, Usage now) {
    stale |= sent.computeIfAbsent(child, name -> new Counters()).read(now);
  }

  /** The child has other places from now on. */
  void moved(String child) {
    Counters counters = sent.get(child);
    if (counters != null) {
      counters.rebase();
    }
  }

  /** Takes a reading of the places that a claim holds. */
  void held(ChildId by, Usage now) {
    if (heldBy != null && !heldBy.equals(by)) {
      // Perhaps other places, perhaps some of the same.
      held.rebase();
    }
    heldBy = by;
    stale |= held.read(now);
  }

  /** Absent where nothing was ever counted. */
  Usage sent() {
    return sent.values().stream().map(Counters::total).reduce(Usage.ABSENT, Usage::plus);
  }

  Usage held() {
    return held.total();
  }

  /** Something was counted since {@link #noted}. */
  boolean changed() {
    return stale || !sent().equals(notedSent) || !held().equals(notedHeld);
  }

  /** Counters began anew, so that the note compares with the wrong ones. */
  boolean stale() {
    return stale;
  }

  void noted() {
    stale = false;
    notedSent = sent();
    notedHeld = held();
  }

  /** Goes on where an earlier life stopped. */
  void resume(Sums noted) {
    noted.sent.forEach(
        (child, counters) -> sent.computeIfAbsent(child, name -> new Counters()).resume(counters));
    held.resume(noted.held);
    noted();
  }

  byte[] octets() {
    ByteArrayOutputStream octets = new ByteArrayOutputStream();
    try (DataOutputStream out = new DataOutputStream(octets)) {
      out.writeInt(sent.size());
      for (Map.Entry<String, Counters> child : sent.entrySet()) {
        out.writeUTF(child.getKey());
        child.getValue().write(out);
      }
      held.write(out);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return octets.toByteArray();
  }

  /**
   * What {@link #octets} wrote.
   *
   * @throws IOException when it is something else
   */
  static Sums of(byte[] octets) throws IOException {
    Sums noted = new Sums();
    try (DataInputStream in = new DataInputStream(new ByteArrayInputStream(octets))) {
      for (int left = in.readInt(); left > 0; left--) {
        noted.sent.put(in.readUTF(), Counters.read(in));
      }
      noted.held.resume(Counters.read(in));
    }
    return noted;
  }
}
