package io.keyway.emulator.infrap4d.pipeline;

import java.util.ArrayList;
import java.util.List;

/** What a packet brings about outside of the device, collected under the lock, done after it. */
final class Effects {
  private final List<byte[]> frames = new ArrayList<>(1);
  private final List<Delivered> delivered = new ArrayList<>(1);
  private final List<ExpireEvent> expired = new ArrayList<>(0);
  private final List<KeyUse> keys = new ArrayList<>(0);

  void transmit(byte[] frame) {
    frames.add(frame);
  }

  void deliver(Delivered packet) {
    delivered.add(packet);
  }

  void expire(ExpireEvent event) {
    expired.add(event);
  }

  void key(KeyUse use) {
    keys.add(use);
  }

  /** Keys first: who reads the capture while it grows finds the key before the packet. */
  void perform(Surroundings surroundings, Counters counters) {
    keys.forEach(surroundings::keyUsed);
    frames.forEach(surroundings::transmit);
    delivered.forEach(surroundings::deliver);
    for (ExpireEvent event : expired) {
      counters.count(Counter.EXPIRE_EVENTS);
      if (surroundings.expired(event) == 0) {
        counters.count(Counter.EXPIRE_EVENTS_LOST);
      }
    }
  }
}
