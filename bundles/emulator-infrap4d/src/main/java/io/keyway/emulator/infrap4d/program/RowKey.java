package io.keyway.emulator.infrap4d.program;

import com.google.protobuf.ByteString;
import java.util.List;

/**
 * What a row matches: one value per field of the table, each padded to the full width of its field.
 *
 * @param values in the order of the table's fields
 */
public record RowKey(List<ByteString> values) {
  public RowKey {
    values = List.copyOf(values);
  }
}
