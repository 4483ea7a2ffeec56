package io.keyway.emulator.infrap4d.pipeline;

/** What the device acts on, outside of itself. Never called with the device's lock held. */
public interface Surroundings {

  /** Puts an Ethernet frame on the wire. */
  void transmit(byte[] frame);

  /** Hands a packet to the host. */
  void deliver(Delivered packet);

  /** Tells whoever subscribed; the number of subscribers told. */
  int expired(ExpireEvent event);

  /** Notes a key beside the running capture. */
  void keyUsed(KeyUse use);

  /** A number that differs for every capture; 0 while none runs. */
  long capture();
}
