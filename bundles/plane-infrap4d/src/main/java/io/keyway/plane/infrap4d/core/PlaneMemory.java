package io.keyway.plane.infrap4d.core;

import java.util.Optional;

/** Where a plane leaves what must outlive it. */
public interface PlaneMemory {

  /** Nothing is kept. */
  PlaneMemory NONE =
      new PlaneMemory() {
        @Override
        public Optional<byte[]> load(String plane, int schema) {
          return Optional.empty();
        }

        @Override
        public void save(String plane, int schema, byte[] octets) {
          // nowhere to keep it
        }
      };

  /** What was saved last, when it has this schema. */
  Optional<byte[]> load(String plane, int schema);

  void save(String plane, int schema, byte[] octets);
}
