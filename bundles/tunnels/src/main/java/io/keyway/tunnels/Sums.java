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
 * What one tunnel has sent and received, child by child, and held. Children are told apart, since
 * one of them may be down while the others are read.
 */
final class Sums {

  /** Layout of {@link #octets()}. */
  static final int SCHEMA = 1;

  private final Map<String, Counters> sent = new TreeMap<>();
  private final Map<String, Counters> received = new TreeMap<>();
  private final Counters held = new Counters();
  private ChildId heldBy;
  private Usage notedSent = Usage.ABSENT;
  private Usage notedReceived = Usage.ABSENT;
  private Usage notedHeld = Usage.ABSENT;
  private boolean stale;

  /** Takes a reading of the outbound places of a child, by its name. */
  void sent(String child, Usage now) {
    stale |= sent.computeIfAbsent(child, name -> new Counters()).read(now);
  }

  /** Takes a reading of the inbound places of a child, by its name. */
  void received(String child, Usage now) {
    stale |= received.computeIfAbsent(child, name -> new Counters()).read(now);
  }

  /** The child has other places from now on. */
  void moved(String child) {
    rebase(sent.get(child));
    rebase(received.get(child));
  }

  private static void rebase(Counters counters) {
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
    return total(sent);
  }

  /** Absent where nothing was ever counted. */
  Usage received() {
    return total(received);
  }

  private static Usage total(Map<String, Counters> children) {
    return children.values().stream().map(Counters::total).reduce(Usage.ABSENT, Usage::plus);
  }

  Usage held() {
    return held.total();
  }

  /** Something was counted since {@link #noted}. */
  boolean changed() {
    return stale
        || !sent().equals(notedSent)
        || !received().equals(notedReceived)
        || !held().equals(notedHeld);
  }

  /** Counters began anew, so that the note compares with the wrong ones. */
  boolean stale() {
    return stale;
  }

  void noted() {
    stale = false;
    notedSent = sent();
    notedReceived = received();
    notedHeld = held();
  }

  /** Goes on where an earlier life stopped. */
  void resume(Sums noted) {
    resume(noted.sent, sent);
    resume(noted.received, received);
    held.resume(noted.held);
    noted();
  }

  private static void resume(Map<String, Counters> noted, Map<String, Counters> children) {
    noted.forEach(
        (child, counters) ->
            children.computeIfAbsent(child, name -> new Counters()).resume(counters));
  }

  byte[] octets() {
    ByteArrayOutputStream octets = new ByteArrayOutputStream();
    try (DataOutputStream out = new DataOutputStream(octets)) {
      write(out, sent);
      held.write(out);
      // Behind all that was there before: earlier versions read up to here, and no further.
      write(out, received);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return octets.toByteArray();
  }

  private static void write(DataOutputStream out, Map<String, Counters> children)
      throws IOException {
    out.writeInt(children.size());
    for (Map.Entry<String, Counters> child : children.entrySet()) {
      out.writeUTF(child.getKey());
      child.getValue().write(out);
    }
  }

  private static void read(DataInputStream in, Map<String, Counters> children) throws IOException {
    for (int left = in.readInt(); left > 0; left--) {
      children.put(in.readUTF(), Counters.read(in));
    }
  }

  /**
   * What {@link #octets} wrote, also of a version that did not count what was received.
   *
   * @throws IOException when it is something else
   */
  static Sums of(byte[] octets) throws IOException {
    Sums noted = new Sums();
    try (DataInputStream in = new DataInputStream(new ByteArrayInputStream(octets))) {
      read(in, noted.sent);
      noted.held.resume(Counters.read(in));
      if (in.available() > 0) {
        read(in, noted.received);
      }
    }
    return noted;
  }
}
