package io.keyway.plane.infrap4d.device;

/** What a connected device tells; called on threads of the connection, must not block. */
public interface DeviceListener {

  /** Contact was lost, or another controller leads now. Comes at most once. */
  void lost(DeviceException why);

  /** An SA reached a limit. */
  void expired(ExpiryText event);
}
