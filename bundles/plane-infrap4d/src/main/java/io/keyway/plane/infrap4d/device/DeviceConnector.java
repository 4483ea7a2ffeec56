package io.keyway.plane.infrap4d.device;

import java.util.List;

/** Makes contact with a device. */
public interface DeviceConnector extends AutoCloseable {

  /**
   * Connects, finds the program, and asks for the lead; the device comes whether we got it or not.
   * Blocks, within a limit.
   *
   * @param attempt counts the attempts of this process; a later one takes over from an earlier
   */
  Device connect(long attempt, DeviceListener listener) throws DeviceException;

  /** What will keep the next connection from being made, such as a certificate near its end. */
  List<String> warnings();

  /** Ends what is kept between attempts. */
  @Override
  void close();
}
