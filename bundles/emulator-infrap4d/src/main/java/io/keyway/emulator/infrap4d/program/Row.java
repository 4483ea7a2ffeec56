package io.keyway.emulator.infrap4d.program;

import com.google.protobuf.ByteString;
import java.util.List;

/** A row of a table with its direct counter. Guarded by the device that owns the table. */
public final class Row {
  private final RowKey key;
  private Program.ActionInfo action;
  private List<ByteString> params;
  private long packets;
  private long bytes;

  Row(RowKey key, Program.ActionInfo action, List<ByteString> params) {
    this.key = key;
    this.action = action;
    this.params = List.copyOf(params);
  }

  void set(Program.ActionInfo newAction, List<ByteString> newParams) {
    this.action = newAction;
    this.params = List.copyOf(newParams);
  }

  /** Counts one packet that matched. */
  public void hit(int octets) {
    packets++;
    bytes += octets;
  }

  public RowKey key() {
    return key;
  }

  public Program.ActionInfo action() {
    return action;
  }

  /** Values of the action's parameters, padded, in the order of the program. */
  public List<ByteString> params() {
    return params;
  }

  /** A parameter as an unsigned number. */
  public long number(int param) {
    return Values.number(params.get(param));
  }

  public long packets() {
    return packets;
  }

  public long bytes() {
    return bytes;
  }
}
