package io.keyway.plane.vrouter.agent;

import io.keyway.protocol.vrouter.v1.PacketOut;
import java.time.Duration;

/** One stream of IKE datagrams. */
public interface PacketChannel extends AutoCloseable {

  /** Sends, or queues; false when there is no more room or the stream has ended. Any thread. */
  boolean send(PacketOut packet);

  /** How long what waits has been waiting without a move; zero when nothing waits. Any thread. */
  Duration stalled();

  @Override
  void close();
}
