package io.keyway.plane.infrap4d.device;

/** Makes contact with a device. */
public interface DeviceConnector {

  /**
   * Connects, finds the program, becomes primary, and watches expiries. Blocks, within a limit.
   *
   * @param attempt counts the attempts of this process; a later one takes over from an earlier
   */
  Device connect(long attempt, DeviceListener listener) throws DeviceException;
}
