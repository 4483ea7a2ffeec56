package io.keyway.plane.vrouter.core;

import io.keyway.api.sa.Generation;
import io.keyway.plane.support.PlaneMemory;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Which life the contents of the router are in. An agent tells its own lives apart by a number of
 * which only "equal or not" means anything; ours grows. Another controller that led meanwhile
 * begins a new life of ours in the same one of the agent's, as it may have changed anything.
 *
 * <p>On the plane's thread.
 */
final class Life {

  private static final Logger LOG = LoggerFactory.getLogger(Life.class);
  private static final String KEY = "life";
  private static final int SCHEMA = 1;

  private final String plane;
  private final PlaneMemory memory;
  private final Clock clock;
  private Generation generation = Generation.NONE;
  private long agentGeneration;
  private String instance = "";
  private boolean unclean;

  Life(String plane, PlaneMemory memory, Clock clock) {
    this.plane = plane;
    this.memory = memory;
    this.clock = clock;
  }

  /** Whether there is a memory; without one there must be no contact. */
  boolean canRemember() {
    return memory.life() != 0;
  }

  /** Takes over what an earlier instance of this bundle noted. */
  void restore() {
    byte[] note = memory.load(plane, SCHEMA).get(KEY);
    if (note == null) {
      return;
    }
    String[] words = new String(note, StandardCharsets.UTF_8).split(" ", -1);
    try {
      if (words.length == 4) {
        Generation noted = new Generation(Long.parseLong(words[0]));
        agentGeneration = Long.parseUnsignedLong(words[1]);
        unclean = Boolean.parseBoolean(words[2]);
        instance = words[3];
        generation = noted;
      }
    } catch (IllegalArgumentException e) {
      // As if there were none: what is on the router is a stranger's then.
      LOG.warn("data plane {}: the note of its life cannot be read: {}", plane, e.toString());
      agentGeneration = 0;
    }
  }

  Generation generation() {
    return generation;
  }

  /** The agent's number of this life. */
  long agentGeneration() {
    return agentGeneration;
  }

  /** True while the router may hold something of a controller that is not us. */
  boolean unclean() {
    return unclean;
  }

  /**
   * Whether the last change to the router was made by this controller, in this life of it or not.
   */
  boolean ledBy(String controllerInstance) {
    return !instance.isEmpty() && instance.equals(controllerInstance);
  }

  /**
   * This controller leads now.
   *
   * @param before who led before, as the agent says; empty when nobody did in its life
   * @return why another life has begun; empty when it is the one that was known
   */
  String begin(long agentNow, String before, String own) {
    boolean another = !before.isEmpty() && !before.equals(own) && !ledBy(before);
    String why = "";
    if (agentNow != agentGeneration) {
      why =
          generation.equals(Generation.NONE)
              ? "first contact"
              : "the vRouter's agent restarted: its SAs and policies are gone";
      unclean = another;
    }
    if (another) {
      why = "another controller (" + before + ") led meanwhile";
      unclean = true;
    }
    if (!why.isEmpty()) {
      generation = new Generation(Math.max(generation.number() + 1, clock.millis()));
    }
    agentGeneration = agentNow;
    instance = own;
    return why;
  }

  /** Nothing of anybody else is on the router any more. */
  void clean() {
    unclean = false;
  }

  /** Completes when this life is on the disk; before that nothing may be installed in it. */
  CompletionStage<Void> note() {
    String text =
        generation.number()
            + " "
            + Long.toUnsignedString(agentGeneration)
            + " "
            + unclean
            + " "
            + instance;
    String problem = memory.put(plane, KEY, SCHEMA, text.getBytes(StandardCharsets.UTF_8));
    return problem.isEmpty()
        ? memory.sync()
        : CompletableFuture.failedFuture(
            new IOException("the life of the router's contents cannot be noted: " + problem));
  }
}
