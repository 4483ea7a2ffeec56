package io.keyway.plane.support;

import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/**
 * Where a plane notes what must outlive it, however it ends: records by key. Calls do not wait for
 * a disk, except who waits for {@link #sync}.
 */
public interface PlaneMemory {

  /** Nothing is kept: for planes whose devices end with them. */
  PlaneMemory NONE =
      new PlaneMemory() {
        @Override
        public long life() {
          return 1;
        }

        @Override
        public Map<String, byte[]> load(String plane, int schema) {
          return Map.of();
        }

        @Override
        public String put(String plane, String key, int schema, byte[] octets) {
          return "";
        }

        @Override
        public void remove(String plane, String key) {
          // nothing is kept
        }

        @Override
        public CompletionStage<Void> sync() {
          return CompletableFuture.completedFuture(null);
        }
      };

  /**
   * Grows whenever the memory is another one, which may lack what was put before; 0 while there is
   * none.
   */
  long life();

  /** Every record of a plane that has this schema. */
  Map<String, byte[]> load(String plane, int schema);

  /**
   * Adds or replaces a record.
   *
   * @return empty when it is taken, else why not
   */
  String put(String plane, String key, int schema, byte[] octets);

  void remove(String plane, String key);

  /**
   * Completes when everything put and removed before is on the disk; exceptionally, with a message
   * for people, when that is not certain.
   */
  CompletionStage<Void> sync();
}
