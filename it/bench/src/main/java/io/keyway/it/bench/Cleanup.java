package io.keyway.it.bench;

import java.util.ArrayDeque;
import java.util.Deque;

/**
 * Ends whatever a benchmark started, the last one first, also when the user interrupts it. One
 * thing that will not close does not keep the others open.
 */
public final class Cleanup implements AutoCloseable {
  private final Deque<AutoCloseable> things = new ArrayDeque<>();
  private boolean closed;

  /**
   * Hands over something that must be closed at the end.
   *
   * @throws IllegalStateException when the end is here already; the thing is closed then
   */
  public <T extends AutoCloseable> T owns(T thing) {
    synchronized (this) {
      if (!closed) {
        things.push(thing);
        return thing;
      }
    }
    closeOne(thing);
    throw new IllegalStateException("interrupted");
  }

  /** Closes one thing early. */
  public void end(AutoCloseable thing) {
    boolean ours;
    synchronized (this) {
      ours = things.remove(thing);
    }
    if (ours) {
      closeOne(thing);
    }
  }

  @Override
  public void close() {
    while (true) {
      AutoCloseable thing;
      synchronized (this) {
        closed = true;
        if (things.isEmpty()) {
          return;
        }
        thing = things.pop();
      }
      closeOne(thing);
    }
  }

  private static void closeOne(AutoCloseable thing) {
    try {
      thing.close();
    } catch (Exception e) {
      System.err.println("could not clean up " + thing + ": " + e);
    }
  }
}
