package io.keyway.plane.infrap4d.device;

import io.keyway.api.Outcome;
import io.keyway.api.sa.Usage;
import io.keyway.plane.infrap4d.pipeline.DeviceRow;
import io.keyway.plane.infrap4d.pipeline.IpsecTable;
import io.keyway.plane.infrap4d.pipeline.Pipeline;
import io.keyway.plane.infrap4d.pipeline.RowKey;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * One connected device. Calls block, each with a deadline; only the plane's own worker makes them.
 * While another controller leads, nothing is changed and nothing used up: every such call fails at
 * once, as every call does after contact is lost.
 */
public interface Device extends AutoCloseable {

  /** The program it runs. */
  Pipeline pipeline();

  /** False while another controller leads. Changes by itself; the listener is told. */
  boolean leads();

  /** Why we do not lead, for people. */
  String standby();

  /** Makes sure that the program is the one that our role was given for. */
  void lead() throws DeviceException;

  /** From now on expiries are told; once. */
  void watchExpiries() throws DeviceException;

  /**
   * Changes rows; the order among them is not guaranteed.
   *
   * @return one result per change, same order
   */
  List<RowResult> write(List<RowOp> ops);

  /**
   * Installs SAs, independent of each other.
   *
   * @return one outcome each, same order; UNKNOWN when it may or may not be installed
   */
  List<Outcome> insert(List<SaInsert> sas);

  /** Removes SAs. The device does not tell "was not there" from "could not": both are UNKNOWN. */
  List<Outcome> delete(List<SaRef> sas);

  /** Reads whole tables. */
  Map<RowKey, DeviceRow> read(Set<IpsecTable> tables) throws DeviceException;

  /** Reads one row. */
  Optional<DeviceRow> read(RowKey key) throws DeviceException;

  /** Counters of all rows of tables, in one call; rows without a counter are left out. */
  Map<RowKey, Usage> counters(Set<IpsecTable> tables) throws DeviceException;

  /**
   * New inbound SPIs, as they stand on the wire; all are used up.
   *
   * @return at least one, and no more than asked for; fewer when the device gave fewer
   */
  List<Long> readSpis(int count) throws DeviceException;

  /** Asks whether the program is still there; returns its cookie. */
  long probe() throws DeviceException;

  /** Ends the connection; removes nothing. */
  @Override
  void close();
}
