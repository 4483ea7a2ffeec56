package io.keyway.emulator.infrap4d.program;

import com.google.protobuf.ByteString;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The rows of one exact-match table. Rows can be inserted once, changed or deleted; nothing is ever
 * replaced by an insert. Guarded by the device that owns it.
 */
public final class MatchTable {

  /** What became of a change. */
  public enum Change {
    DONE,
    EXISTS,
    ABSENT,
    FULL
  }

  private final Program.TableInfo info;
  private final Map<RowKey, Row> rows = new LinkedHashMap<>();

  public MatchTable(Program.TableInfo info) {
    this.info = info;
  }

  public Program.TableInfo info() {
    return info;
  }

  /** Adds a row; its counter starts at 0. */
  public Change insert(RowKey key, Program.ActionInfo action, List<ByteString> params) {
    if (rows.containsKey(key)) {
      return Change.EXISTS;
    }
    if (rows.size() >= info.size()) {
      return Change.FULL;
    }
    rows.put(key, new Row(key, action, params));
    return Change.DONE;
  }

  /** Changes the action of a row; its counter goes on. */
  public Change modify(RowKey key, Program.ActionInfo action, List<ByteString> params) {
    Row row = rows.get(key);
    if (row == null) {
      return Change.ABSENT;
    }
    row.set(action, params);
    return Change.DONE;
  }

  /** Removes a row. */
  public Change delete(RowKey key) {
    return rows.remove(key) == null ? Change.ABSENT : Change.DONE;
  }

  /** The row that matches, or null. */
  public Row lookup(RowKey key) {
    return rows.get(key);
  }

  /**
   * The row that matches the given values, or null; fields of the table that are not named match
   * zero.
   */
  public Row lookup(Map<String, ByteString> values) {
    List<ByteString> key = new ArrayList<>(info.fields().size());
    for (Program.Field field : info.fields()) {
      key.add(Values.fit(values.getOrDefault(field.name(), ByteString.EMPTY), field.bits()));
    }
    return rows.get(new RowKey(key));
  }

  public Collection<Row> rows() {
    return rows.values();
  }

  public int free() {
    return info.size() - rows.size();
  }
}
