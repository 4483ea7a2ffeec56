package io.keyway.plane.infrap4d.pipeline;

import io.keyway.protocol.p4runtime.Entity;
import io.keyway.protocol.p4runtime.FieldMatch;
import io.keyway.protocol.p4runtime.TableAction;
import io.keyway.protocol.p4runtime.TableEntry;
import io.keyway.protocol.p4runtime.config.Action;
import io.keyway.protocol.p4runtime.config.P4Info;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The program that a device runs, as far as IPsec goes: ids for names, and rows to and from the
 * wire. Immutable.
 */
public final class Pipeline {

  private record TableIds(int id, long size, boolean counted, List<Integer> fieldIds) {}

  private record ActionIds(int id, List<Integer> paramIds) {}

  private final String program;
  private final long cookie;
  private final Map<IpsecTable, TableIds> tables = new EnumMap<>(IpsecTable.class);
  private final Map<IpsecAction, ActionIds> actions = new EnumMap<>(IpsecAction.class);
  private final Map<Integer, IpsecTable> tableById = new HashMap<>();
  private final Map<Integer, IpsecAction> actionById = new HashMap<>();
  private final Map<Integer, Action> describedActions = new HashMap<>();

  /**
   * Finds everything by full name, then by alias.
   *
   * @throws PipelineException naming all that is missing or has another shape
   */
  public Pipeline(P4Info info, long cookie) throws PipelineException {
    this.program = info.getPkgInfo().getName();
    this.cookie = cookie;
    List<String> problems = new ArrayList<>();
    Resolver resolver = new Resolver(info, problems);
    for (IpsecTable table : IpsecTable.values()) {
      resolver
          .table(table)
          .ifPresent(
              found -> {
                List<Integer> ids = resolver.fieldIds(table, found);
                tables.put(
                    table,
                    new TableIds(
                        found.getPreamble().getId(),
                        found.getSize(),
                        resolver.hasCounter(found),
                        ids));
                tableById.put(found.getPreamble().getId(), table);
              });
    }
    for (IpsecAction action : IpsecAction.values()) {
      resolver
          .action(action)
          .ifPresent(
              found -> {
                actions.put(
                    action,
                    new ActionIds(found.getPreamble().getId(), resolver.paramIds(action, found)));
                actionById.put(found.getPreamble().getId(), action);
              });
    }
    info.getActionsList().forEach(a -> describedActions.put(a.getPreamble().getId(), a));
    if (!problems.isEmpty()) {
      throw new PipelineException(
          "the device runs program '"
              + program
              + "', which is not the IPsec program (fxp-net_linux-networking): "
              + String.join("; ", problems));
    }
  }

  /** Name of the program. */
  public String program() {
    return program;
  }

  /** The number that whoever pushed the program gave it. */
  public long cookie() {
    return cookie;
  }

  /** P4 ids of the tables, for the configuration of our role. */
  public List<Integer> tableIds() {
    return tables.values().stream().map(TableIds::id).toList();
  }

  /** Rows that a table holds; 0 when the compiler was not told. */
  public long size(IpsecTable table) {
    return tables.get(table).size();
  }

  /** True when rows of the table count packets and octets. */
  public boolean counted(IpsecTable table) {
    return tables.get(table).counted();
  }

  /** A row with its action. */
  public Entity entity(RowKey key, RowAction action) {
    ActionIds ids = actions.get(action.action());
    var wire = io.keyway.protocol.p4runtime.Action.newBuilder().setActionId(ids.id());
    for (int i = 0; i < action.params().size(); i++) {
      wire.addParams(
          io.keyway.protocol.p4runtime.Action.Param.newBuilder()
              .setParamId(ids.paramIds().get(i))
              .setValue(Canonical.write(action.params().get(i))));
    }
    return Entity.newBuilder()
        .setTableEntry(
            entry(key).toBuilder().setAction(TableAction.newBuilder().setAction(wire)).build())
        .build();
  }

  /** A row by its key alone, to be deleted or read. */
  public TableEntry entry(RowKey key) {
    TableIds ids = tables.get(key.table());
    TableEntry.Builder entry = TableEntry.newBuilder().setTableId(ids.id());
    for (int i = 0; i < key.values().size(); i++) {
      entry.addMatch(
          FieldMatch.newBuilder()
              .setFieldId(ids.fieldIds().get(i))
              .setExact(
                  FieldMatch.Exact.newBuilder().setValue(Canonical.write(key.values().get(i)))));
    }
    return entry.build();
  }

  /** Every row of a table. */
  public TableEntry wildcard(IpsecTable table) {
    return TableEntry.newBuilder().setTableId(tables.get(table).id()).build();
  }

  /** Empty when it is no row of an IPsec table, such as a default entry. */
  public Optional<RowKey> key(TableEntry entry) {
    IpsecTable table = tableById.get(entry.getTableId());
    if (table == null || entry.getIsDefaultAction() || entry.getMatchCount() == 0) {
      return Optional.empty();
    }
    Map<Integer, Long> byId = new HashMap<>();
    for (FieldMatch match : entry.getMatchList()) {
      byId.put(match.getFieldId(), Canonical.read(match.getExact().getValue()));
    }
    List<Long> values = new ArrayList<>();
    for (int i = 0; i < table.fields().size(); i++) {
      // The device takes a field that is left out for zero, and may leave it out itself.
      long value = byId.getOrDefault(tables.get(table).fieldIds().get(i), 0L);
      if (value < 0 || value > table.fields().get(i).max()) {
        return Optional.empty();
      }
      values.add(value);
    }
    return Optional.of(new RowKey(table, values));
  }

  /** A row as the device reads it out; empty when it is none of an IPsec table. */
  public Optional<DeviceRow> row(TableEntry entry) {
    return key(entry)
        .map(
            key -> {
              var wire = entry.getAction().getAction();
              Action described =
                  describedActions.getOrDefault(wire.getActionId(), Action.getDefaultInstance());
              Map<Integer, Long> byId = new HashMap<>();
              wire.getParamsList()
                  .forEach(p -> byId.put(p.getParamId(), Canonical.read(p.getValue())));
              String name =
                  described.getPreamble().getName().isEmpty()
                      ? "#" + wire.getActionId()
                      : described.getPreamble().getName();
              Optional<RowAction> ours = ours(key.table(), wire.getActionId(), byId);
              Map<String, String> params =
                  ours.map(RowAction::print).orElseGet(() -> printed(described, byId));
              return new DeviceRow(key, ours, name, params);
            });
  }

  private Optional<RowAction> ours(IpsecTable table, int id, Map<Integer, Long> byId) {
    IpsecAction action = actionById.get(id);
    if (action == null || action.table() != table) {
      return Optional.empty();
    }
    List<Long> params = new ArrayList<>();
    List<Integer> ids = actions.get(action).paramIds();
    for (int i = 0; i < ids.size(); i++) {
      long value = byId.getOrDefault(ids.get(i), 0L);
      if (value < 0 || value > action.params().get(i).max()) {
        return Optional.empty();
      }
      params.add(value);
    }
    return Optional.of(new RowAction(action, params));
  }

  private static Map<String, String> printed(Action described, Map<Integer, Long> byId) {
    Map<String, String> result = new LinkedHashMap<>();
    described
        .getParamsList()
        .forEach(p -> result.put(p.getName(), String.valueOf(byId.getOrDefault(p.getId(), 0L))));
    return result;
  }

  /** True when two pipelines have the same ids and sizes: rows mean the same in both. */
  public boolean sameShape(Pipeline other) {
    return tables.equals(other.tables) && actions.equals(other.actions);
  }
}
