package io.keyway.plane.vrouter.core;

import com.google.protobuf.InvalidProtocolBufferException;
import io.keyway.plane.support.PlaneMemory;
import io.keyway.protocol.vrouter.v1.PolicyPlace;
import java.nio.ByteBuffer;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.Map;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What earlier lives of an agent counted, by place, noted for the next life of this controller: an
 * agent that restarted knows nothing of it any more. Written when an agent began anew, and so
 * seldom; a place without a note was counted by the present life of the agent alone.
 */
final class EarlierCounts {

  private static final Logger LOG = LoggerFactory.getLogger(EarlierCounts.class);
  private static final String PREFIX = "counted-";
  private static final int SCHEMA = 1;

  private final String plane;
  private final PlaneMemory memory;
  private final int parts;

  EarlierCounts(String plane, PlaneMemory memory, int parts) {
    this.plane = plane;
    this.memory = memory;
    this.parts = parts;
  }

  /** Everything that was noted. */
  Map<PolicyPlace, long[]> load() {
    Map<PolicyPlace, long[]> all = new HashMap<>();
    memory
        .load(plane, SCHEMA)
        .forEach(
            (key, octets) -> {
              if (key.startsWith(PREFIX) && octets.length >= parts * Long.BYTES) {
                read(octets, all);
              }
            });
    return all;
  }

  private void read(byte[] octets, Map<PolicyPlace, long[]> into) {
    long[] counts = new long[parts];
    ByteBuffer.wrap(octets).asLongBuffer().get(counts);
    try {
      into.put(
          PolicyPlace.parseFrom(Arrays.copyOfRange(octets, parts * Long.BYTES, octets.length)),
          counts);
    } catch (InvalidProtocolBufferException e) {
      LOG.warn("data plane {}: a note of what was counted cannot be read", plane);
    }
  }

  void note(PolicyPlace place, long[] counts) {
    byte[] name = place.toByteArray();
    ByteBuffer octets = ByteBuffer.allocate(parts * Long.BYTES + name.length);
    for (long count : counts) {
      octets.putLong(count);
    }
    String problem = memory.put(plane, key(name), SCHEMA, octets.put(name).array());
    if (!problem.isEmpty()) {
      LOG.debug("data plane {}: what was counted is not noted: {}", plane, problem);
    }
  }

  void forget(PolicyPlace place) {
    memory.remove(plane, key(place.toByteArray()));
  }

  private static String key(byte[] name) {
    try {
      byte[] digest = MessageDigest.getInstance("SHA-256").digest(name);
      return PREFIX + HexFormat.of().formatHex(digest, 0, 16);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every JDK has SHA-256", e);
    }
  }
}
