package io.keyway.emulator.infrap4d.server;

import com.google.protobuf.ByteString;
import com.google.rpc.Code;
import io.keyway.emulator.infrap4d.Quirk;
import io.keyway.emulator.infrap4d.pipeline.Device;
import io.keyway.emulator.infrap4d.program.MatchTable;
import io.keyway.emulator.infrap4d.program.Program;
import io.keyway.emulator.infrap4d.program.Row;
import io.keyway.emulator.infrap4d.program.RowKey;
import io.keyway.emulator.infrap4d.program.Values;
import io.keyway.protocol.p4runtime.Action;
import io.keyway.protocol.p4runtime.CounterData;
import io.keyway.protocol.p4runtime.Entity;
import io.keyway.protocol.p4runtime.FieldMatch;
import io.keyway.protocol.p4runtime.TableAction;
import io.keyway.protocol.p4runtime.TableEntry;
import io.keyway.protocol.p4runtime.Update;
import java.util.ArrayList;
import java.util.List;

/** Between P4Runtime's table entries and the device's rows. */
final class TableRows {

  private static final class Refused extends Exception {
    private static final long serialVersionUID = 1;
    private final transient UpdateError error;

    Refused(UpdateError error) {
      super(error.message(), null, false, false);
      this.error = error;
    }
  }

  private record Decoded(Program.ActionInfo action, List<ByteString> params) {}

  private final Device device;

  TableRows(Device device) {
    this.device = device;
  }

  /** Applies one update; never throws for what a client can send. */
  UpdateError apply(Program program, Update update) {
    try {
      if (update.getEntity().getEntityCase() != Entity.EntityCase.TABLE_ENTRY) {
        return new UpdateError(
            Code.UNIMPLEMENTED,
            UpdateError.OPERATION_FAILED,
            "entities of kind " + update.getEntity().getEntityCase() + " cannot be written");
      }
      TableEntry entry = update.getEntity().getTableEntry();
      Program.TableInfo table = table(program, entry.getTableId());
      if (entry.getIsDefaultAction()) {
        throw new Refused(
            UpdateError.invalid("the default action of " + table.name() + " is constant"));
      }
      if (entry.getPriority() != 0) {
        throw new Refused(
            UpdateError.invalid(
                "priority " + entry.getPriority() + " in a table with exact matches only"));
      }
      RowKey key = key(table, entry.getMatchList());
      return switch (update.getType()) {
        case INSERT -> {
          Decoded decoded = action(table, entry);
          yield error(device.insert(table, key, decoded.action(), decoded.params()));
        }
        case MODIFY -> {
          Decoded decoded = action(table, entry);
          yield error(
              device.table(table.name(), t -> t.modify(key, decoded.action(), decoded.params())));
        }
          // Whatever action the entry carries is of no interest when it goes.
        case DELETE -> error(device.table(table.name(), t -> t.delete(key)));
        default -> UpdateError.invalid("update type " + update.getTypeValue());
      };
    } catch (Refused e) {
      return e.error;
    }
  }

  private static UpdateError error(MatchTable.Change change) {
    if (change == null) {
      return new UpdateError(
          Code.INTERNAL, UpdateError.OPERATION_FAILED, "the pipeline went away meanwhile");
    }
    return switch (change) {
      case DONE -> UpdateError.OK;
      case EXISTS ->
          new UpdateError(
              Code.ALREADY_EXISTS,
              UpdateError.ENTRY_EXISTS,
              "Duplicate table entry (may not be an error)");
      case ABSENT ->
          new UpdateError(Code.NOT_FOUND, UpdateError.ENTRY_NOT_FOUND, "no such table entry");
      case FULL ->
          new UpdateError(
              Code.RESOURCE_EXHAUSTED, UpdateError.TABLE_FULL, "no space left in the table");
    };
  }

  private static Program.TableInfo table(Program program, int id) throws Refused {
    return program
        .table(id)
        .orElseThrow(
            () ->
                new Refused(
                    new UpdateError(
                        Code.NOT_FOUND, UpdateError.INVALID_PARAM, "no table has id " + id)));
  }

  /** Fields that the client leaves out match zero; the real server lets that pass. */
  private static RowKey key(Program.TableInfo table, List<FieldMatch> matches) throws Refused {
    ByteString[] values = new ByteString[table.fields().size()];
    for (FieldMatch match : matches) {
      int index = index(table.fields(), match.getFieldId());
      if (index < 0) {
        throw new Refused(
            UpdateError.invalid("table " + table.name() + " has no field " + match.getFieldId()));
      }
      if (!match.hasExact() || match.getExact().getValue().isEmpty()) {
        throw new Refused(
            UpdateError.invalid(
                "field " + table.fields().get(index).name() + " takes an exact value"));
      }
      if (values[index] != null) {
        throw new Refused(UpdateError.invalid("field " + match.getFieldId() + " is given twice"));
      }
      values[index] = Values.fit(match.getExact().getValue(), table.fields().get(index).bits());
    }
    List<ByteString> key = new ArrayList<>(values.length);
    for (int i = 0; i < values.length; i++) {
      key.add(values[i] != null ? values[i] : Values.of(0, table.fields().get(i).bits()));
    }
    return new RowKey(key);
  }

  private static Decoded action(Program.TableInfo table, TableEntry entry) throws Refused {
    if (!entry.getAction().hasAction()) {
      throw new Refused(UpdateError.invalid("an entry of " + table.name() + " needs an action"));
    }
    Action action = entry.getAction().getAction();
    Program.ActionInfo info = table.actions().get(action.getActionId());
    if (info == null || table.defaultOnly().contains(action.getActionId())) {
      throw new Refused(
          UpdateError.invalid(
              "table " + table.name() + " has no action " + action.getActionId() + " for entries"));
    }
    if (action.getParamsCount() != info.params().size()) {
      throw new Refused(
          UpdateError.invalid(
              "action "
                  + info.name()
                  + " takes "
                  + info.params().size()
                  + " parameters, not "
                  + action.getParamsCount()));
    }
    ByteString[] params = new ByteString[info.params().size()];
    for (Action.Param param : action.getParamsList()) {
      int index = index(info.params(), param.getParamId());
      if (index < 0 || params[index] != null || param.getValue().isEmpty()) {
        throw new Refused(
            UpdateError.invalid("parameter " + param.getParamId() + " of action " + info.name()));
      }
      params[index] = Values.fit(param.getValue(), info.params().get(index).bits());
    }
    return new Decoded(info, List.of(params));
  }

  private static int index(List<Program.Field> fields, int id) {
    for (int i = 0; i < fields.size(); i++) {
      if (fields.get(i).id() == id) {
        return i;
      }
    }
    return -1;
  }

  /** The key of a read, or null when it asks for every row of the table. */
  static RowKey wanted(Program.TableInfo table, TableEntry request) {
    try {
      return request.getMatchCount() == 0 ? null : key(table, request.getMatchList());
    } catch (Refused e) {
      throw io.grpc.Status.INVALID_ARGUMENT.withDescription(e.getMessage()).asRuntimeException();
    }
  }

  private ByteString read(ByteString value) {
    return device.quirks().has(Quirk.PADDED_READS) ? value : Values.canonical(value);
  }

  /** A row as it is read back. */
  TableEntry encode(Program.TableInfo table, Row row, boolean counters) {
    TableEntry.Builder entry = matchOnly(table, row);
    Action.Builder action = Action.newBuilder().setActionId(row.action().id());
    for (int i = 0; i < row.params().size(); i++) {
      action.addParams(
          Action.Param.newBuilder()
              .setParamId(row.action().params().get(i).id())
              .setValue(read(row.params().get(i))));
    }
    entry.setAction(TableAction.newBuilder().setAction(action));
    if (counters && table.counterId() != 0) {
      entry.setCounterData(counters(row));
    }
    return entry.build();
  }

  TableEntry.Builder matchOnly(Program.TableInfo table, Row row) {
    TableEntry.Builder entry = TableEntry.newBuilder().setTableId(table.id());
    for (int i = 0; i < table.fields().size(); i++) {
      entry.addMatch(
          FieldMatch.newBuilder()
              .setFieldId(table.fields().get(i).id())
              .setExact(FieldMatch.Exact.newBuilder().setValue(read(row.key().values().get(i)))));
    }
    return entry;
  }

  static CounterData counters(Row row) {
    return CounterData.newBuilder().setPacketCount(row.packets()).setByteCount(row.bytes()).build();
  }
}
