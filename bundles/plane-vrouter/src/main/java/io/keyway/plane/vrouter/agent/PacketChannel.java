package io.keyway.plane.vrouter.agent;

import io.keyway.protocol.vrouter.v1.PacketOut;

/** One stream of IKE datagrams. */
public interface PacketChannel extends AutoCloseable {

  /** Sends, or queues; false when there is no more room or the stream has ended. Any thread. */
  boolean send(PacketOut packet);

  @Override
  void close();
}
