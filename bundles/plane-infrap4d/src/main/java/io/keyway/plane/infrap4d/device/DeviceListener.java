package io.keyway.plane.infrap4d.device;

/** What a connected device tells; called on threads of the connection, must not block. */
public interface DeviceListener {

  /** Contact was lost. Comes at most once. */
  void lost(DeviceException why);

  /** Another controller leads now, or nobody; contact stays. */
  void standby(String why);

  /** We lead now, on the same contact. */
  void leading();

  /** An SA reached a limit. */
  void expired(ExpiryText event);
}
