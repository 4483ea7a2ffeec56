package io.keyway.emulator.infrap4d.program;

import io.keyway.protocol.p4runtime.config.Action;
import io.keyway.protocol.p4runtime.config.ActionRef;
import io.keyway.protocol.p4runtime.config.MatchField;
import io.keyway.protocol.p4runtime.config.P4Info;
import io.keyway.protocol.p4runtime.config.Table;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** A p4info resolved for use: tables and actions by id and by name. Immutable. */
public final class Program {

  /**
   * A match field or an action parameter.
   *
   * @param id as in the p4info
   * @param name full name
   * @param bits width
   */
  public record Field(int id, String name, int bits) {
    /** Octets that hold {@link #bits}. */
    public int octets() {
      return (bits + 7) / 8;
    }
  }

  /**
   * An action.
   *
   * @param params in the order of the program
   */
  public record ActionInfo(int id, String name, List<Field> params) {}

  /**
   * A table.
   *
   * @param actions those that a row may carry, by id
   * @param counterId id of its direct counter, or 0
   */
  public record TableInfo(
      int id,
      String name,
      String alias,
      List<Field> fields,
      Map<Integer, ActionInfo> actions,
      Set<Integer> defaultOnly,
      int counterId,
      int size) {}

  private final P4Info info;
  private final Map<Integer, TableInfo> tablesById = new LinkedHashMap<>();
  private final Map<String, TableInfo> tablesByName = new LinkedHashMap<>();

  /**
   * Resolves a p4info.
   *
   * @throws IllegalArgumentException when a table refers to an action that is not there
   */
  public Program(P4Info info) {
    this.info = info;
    Map<Integer, ActionInfo> actions = new LinkedHashMap<>();
    for (Action action : info.getActionsList()) {
      actions.put(
          action.getPreamble().getId(),
          new ActionInfo(
              action.getPreamble().getId(),
              action.getPreamble().getName(),
              action.getParamsList().stream()
                  .map(p -> new Field(p.getId(), p.getName(), p.getBitwidth()))
                  .toList()));
    }
    for (Table table : info.getTablesList()) {
      TableInfo resolved = resolve(table, actions);
      tablesById.put(resolved.id(), resolved);
      tablesByName.put(resolved.name(), resolved);
    }
  }

  private static TableInfo resolve(Table table, Map<Integer, ActionInfo> actions) {
    Map<Integer, ActionInfo> own = new LinkedHashMap<>();
    Set<Integer> defaultOnly = new LinkedHashSet<>();
    for (ActionRef ref : table.getActionRefsList()) {
      ActionInfo action = actions.get(ref.getId());
      if (action == null) {
        throw new IllegalArgumentException(
            "table "
                + table.getPreamble().getName()
                + " refers to action "
                + ref.getId()
                + ", which the p4info does not define");
      }
      own.put(ref.getId(), action);
      if (ref.getScope() == ActionRef.Scope.DEFAULT_ONLY) {
        defaultOnly.add(ref.getId());
      }
    }
    return new TableInfo(
        table.getPreamble().getId(),
        table.getPreamble().getName(),
        table.getPreamble().getAlias(),
        table.getMatchFieldsList().stream().map(Program::field).toList(),
        Map.copyOf(own),
        Set.copyOf(defaultOnly),
        table.getDirectResourceIdsCount() == 0 ? 0 : table.getDirectResourceIds(0),
        table.getSize() == 0 ? 1024 : (int) table.getSize());
  }

  private static Field field(MatchField field) {
    return new Field(field.getId(), field.getName(), field.getBitwidth());
  }

  /** As it was pushed. */
  public P4Info info() {
    return info;
  }

  /** Every table, in the order of the p4info. */
  public List<TableInfo> tables() {
    return List.copyOf(tablesById.values());
  }

  /** A table by its id. */
  public Optional<TableInfo> table(int id) {
    return Optional.ofNullable(tablesById.get(id));
  }

  /** A table by full name or alias. */
  public Optional<TableInfo> table(String name) {
    TableInfo byName = tablesByName.get(name);
    return byName != null
        ? Optional.of(byName)
        : tablesById.values().stream().filter(t -> t.alias().equals(name)).findFirst();
  }
}
