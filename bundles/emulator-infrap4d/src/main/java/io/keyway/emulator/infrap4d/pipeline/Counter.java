package io.keyway.emulator.infrap4d.pipeline;

import java.util.Locale;

/** What the emulator counts; the real device shows far less. Names are stable: tests use them. */
public enum Counter {
  /** Packets that a host handed over. */
  HOST_PACKETS,
  /** Sent as ESP. */
  PROTECTED_PACKETS,
  PROTECTED_BYTES,
  /** Sent as they came: no row said otherwise. */
  CLEAR_OUT_PACKETS,
  CLEAR_OUT_BYTES,
  /** Of those, the ones that a bypass row let through. */
  BYPASS_OUT_PACKETS,
  /** Stopped by a drop row in tx classification. */
  HELD_PACKETS,
  /** Rows ask for protection, but the SAD has no such outbound SA. */
  TX_NO_SA,
  /** Rows ask for a tunnel, but encapsulation rows are missing. */
  TX_NO_TUNNEL,
  /** The SA has reached its hard byte limit. */
  TX_EXPIRED,
  /** The sequence number has reached its end. */
  TX_SEQUENCE_EXHAUSTED,
  /** Not an IP packet, too large, a fragment in transport mode. */
  TX_MALFORMED,
  /** Frames from the wire. */
  WIRE_FRAMES,
  DECRYPTED_PACKETS,
  DECRYPTED_BYTES,
  /** Not ESP, delivered as they came. */
  CLEAR_IN_PACKETS,
  /** ESP without a row in rx classification. */
  UNKNOWN_SPI,
  /** A row names an SA index that the SAD does not hold, or whose SPI differs. */
  RX_NO_SA,
  /** The ICV did not match. */
  INTEGRITY_FAILURES,
  REPLAYED_PACKETS,
  RX_EXPIRED,
  RX_MALFORMED,
  /** Decrypted IP-in-IP without a row in tunnel termination. */
  NOT_TERMINATED,
  /** Genuine packets without content. */
  DUMMY_PACKETS,
  /** Installs of keys in the SAD that succeeded. */
  OUTBOUND_KEY_INSTALLS,
  INBOUND_KEY_INSTALLS,
  /** Of those, keys that had been installed before in the life of this emulator. */
  OUTBOUND_KEY_REINSTALLS,
  INBOUND_KEY_REINSTALLS,
  /** SAD inserts refused because the entry was there. */
  SAD_DUPLICATES,
  SPIS_ALLOCATED,
  EXPIRE_EVENTS,
  /** Expiries of which nobody was told: no callback yet, no subscriber, or a full channel. */
  EXPIRE_EVENTS_LOST,
  /** Deaths by a Set path that the server does not survive. */
  CRASHES,
  RESTARTS;

  /** The name outside Java, such as {@code held-packets}. */
  public String text() {
    return name().toLowerCase(Locale.ROOT).replace('_', '-');
  }
}
