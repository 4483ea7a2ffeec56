package io.keyway.plane.infrap4d.device;

import io.keyway.api.Outcome;
import io.keyway.api.sa.Usage;
import io.keyway.plane.infrap4d.pipeline.DeviceRow;
import io.keyway.plane.infrap4d.pipeline.IpsecTable;
import io.keyway.plane.infrap4d.pipeline.Pipeline;
import io.keyway.plane.infrap4d.pipeline.RowKey;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * One connected device that we lead. Calls block, each with a deadline; only the plane's own worker
 * makes them. After the contact is lost every call fails at once.
 */
public interface Device extends AutoCloseable {

  /** The program it runs. */
  Pipeline pipeline();

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

  /** Counters of the rows of a table; rows without a counter are left out. */
  Map<RowKey, Usage> counters(IpsecTable table) throws DeviceException;

  /** A new inbound SPI, as it stands on the wire. Every call uses one up. */
  long readSpi() throws DeviceException;

  /** Asks whether the program is still there; returns its cookie. */
  long probe() throws DeviceException;

  /** Ends the connection; removes nothing. */
  @Override
  void close();
}
