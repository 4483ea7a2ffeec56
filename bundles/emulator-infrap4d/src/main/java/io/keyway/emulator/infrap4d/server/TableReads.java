package io.keyway.emulator.infrap4d.server;

import io.grpc.Status;
import io.keyway.emulator.infrap4d.pipeline.Device;
import io.keyway.emulator.infrap4d.program.MatchTable;
import io.keyway.emulator.infrap4d.program.Program;
import io.keyway.emulator.infrap4d.program.Row;
import io.keyway.emulator.infrap4d.program.RowKey;
import io.keyway.protocol.p4runtime.DirectCounterEntry;
import io.keyway.protocol.p4runtime.Entity;
import io.keyway.protocol.p4runtime.ReadRequest;
import io.keyway.protocol.p4runtime.TableEntry;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.function.BiFunction;

/** Answers Reads: single rows, whole tables, all tables, direct counters. */
final class TableReads {
  /** Entities in one response of the stream. */
  static final int BATCH = 500;

  private final Device device;
  private final Arbitration arbitration;
  private final TableRows codec;

  TableReads(Device device, Arbitration arbitration, TableRows codec) {
    this.codec = codec;
    this.device = device;
    this.arbitration = arbitration;
  }

  List<Entity> read(Program program, ReadRequest request) {
    List<Entity> result = new ArrayList<>();
    for (Entity entity : request.getEntitiesList()) {
      switch (entity.getEntityCase()) {
        case TABLE_ENTRY -> result.addAll(rows(program, request.getRole(), entity.getTableEntry()));
        case DIRECT_COUNTER_ENTRY ->
            result.addAll(
                counters(
                    program, request.getRole(), entity.getDirectCounterEntry().getTableEntry()));
        default ->
            throw Status.UNIMPLEMENTED
                .withDescription("entities of kind " + entity.getEntityCase() + " cannot be read")
                .asRuntimeException();
      }
    }
    return result;
  }

  private List<Entity> rows(Program program, String role, TableEntry wanted) {
    return collect(
        tables(program, role, wanted.getTableId()),
        wanted,
        (table, row) ->
            Entity.newBuilder()
                .setTableEntry(codec.encode(table, row, wanted.hasCounterData()))
                .build());
  }

  private List<Entity> counters(Program program, String role, TableEntry wanted) {
    List<Program.TableInfo> tables =
        tables(program, role, wanted.getTableId()).stream()
            .filter(t -> t.counterId() != 0)
            .toList();
    if (tables.isEmpty() && wanted.getTableId() != 0) {
      throw Status.INVALID_ARGUMENT
          .withDescription("table " + wanted.getTableId() + " has no direct counter")
          .asRuntimeException();
    }
    return collect(
        tables,
        wanted,
        (table, row) ->
            Entity.newBuilder()
                .setDirectCounterEntry(
                    DirectCounterEntry.newBuilder()
                        .setTableEntry(codec.matchOnly(table, row))
                        .setData(TableRows.counters(row)))
                .build());
  }

  /** Table id 0 means all, of the role's if one is given. */
  private List<Program.TableInfo> tables(Program program, String role, int id) {
    if (id == 0) {
      return program.tables().stream()
          .filter(t -> role.isEmpty() || arbitration.covers(role, t.id()))
          .toList();
    }
    Program.TableInfo table =
        program
            .table(id)
            .orElseThrow(
                () ->
                    Status.NOT_FOUND.withDescription("no table has id " + id).asRuntimeException());
    if (!role.isEmpty() && !arbitration.covers(role, id)) {
      throw Status.PERMISSION_DENIED
          .withDescription("role '" + role + "' is not allowed to read table " + id)
          .asRuntimeException();
    }
    return List.of(table);
  }

  private List<Entity> collect(
      List<Program.TableInfo> tables,
      TableEntry wanted,
      BiFunction<Program.TableInfo, Row, Entity> encode) {
    List<Entity> result = new ArrayList<>();
    for (Program.TableInfo table : tables) {
      RowKey key = wanted.getTableId() == 0 ? null : TableRows.wanted(table, wanted);
      List<Entity> found =
          device.table(
              table.name(),
              t -> rows(t, key).stream().map(row -> encode.apply(table, row)).toList());
      if (key != null && (found == null || found.isEmpty())) {
        throw Status.NOT_FOUND
            .withDescription("no such table entry in " + table.name())
            .asRuntimeException();
      }
      if (found != null) {
        result.addAll(found);
      }
    }
    return result;
  }

  private static Collection<Row> rows(MatchTable table, RowKey key) {
    if (key == null) {
      return table.rows();
    }
    Row row = table.lookup(key);
    return row == null ? List.of() : List.of(row);
  }
}
