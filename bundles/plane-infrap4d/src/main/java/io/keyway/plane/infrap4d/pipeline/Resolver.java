package io.keyway.plane.infrap4d.pipeline;

import io.keyway.protocol.p4runtime.config.Action;
import io.keyway.protocol.p4runtime.config.MatchField;
import io.keyway.protocol.p4runtime.config.P4Info;
import io.keyway.protocol.p4runtime.config.Preamble;
import io.keyway.protocol.p4runtime.config.Table;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;

/** Finds our tables and actions in a description, and collects everything that does not fit. */
final class Resolver {

  private final P4Info info;
  private final List<String> problems;
  private final Set<Integer> counterIds = new HashSet<>();
  private final Set<Integer> countedTables = new HashSet<>();

  Resolver(P4Info info, List<String> problems) {
    this.info = info;
    this.problems = problems;
    info.getDirectCountersList()
        .forEach(
            counter -> {
              counterIds.add(counter.getPreamble().getId());
              countedTables.add(counter.getDirectTableId());
            });
  }

  Optional<Table> table(IpsecTable wanted) {
    return find("table", wanted.fullName(), info.getTablesList(), Table::getPreamble);
  }

  Optional<Action> action(IpsecAction wanted) {
    Optional<Action> found =
        find("action", wanted.fullName(), info.getActionsList(), Action::getPreamble);
    // Without a table its absence is reported already.
    Optional<Table> table = found.flatMap(f -> quietly(wanted.table()));
    if (table.isPresent()
        && table.get().getActionRefsList().stream()
            .noneMatch(ref -> ref.getId() == found.get().getPreamble().getId())) {
      problems.add(
          "table " + wanted.table().fullName() + " does not take action " + wanted.fullName());
    }
    return found;
  }

  private Optional<Table> quietly(IpsecTable wanted) {
    return info.getTablesList().stream()
        .filter(t -> t.getPreamble().getName().equals(wanted.fullName()))
        .findFirst();
  }

  private <T> Optional<T> find(
      String what, String fullName, List<T> all, Function<T, Preamble> preamble) {
    for (T candidate : all) {
      if (preamble.apply(candidate).getName().equals(fullName)) {
        return Optional.of(candidate);
      }
    }
    String shortName = fullName.substring(fullName.lastIndexOf('.') + 1);
    List<T> aliased =
        all.stream()
            .filter(
                c -> {
                  String alias = preamble.apply(c).getAlias();
                  return alias.equals(fullName) || alias.equals(shortName);
                })
            .toList();
    if (aliased.size() == 1) {
      return Optional.of(aliased.get(0));
    }
    problems.add("no " + what + " " + fullName);
    return Optional.empty();
  }

  List<Integer> fieldIds(IpsecTable wanted, Table table) {
    List<Integer> ids = new ArrayList<>();
    for (Field field : wanted.fields()) {
      Optional<MatchField> match =
          table.getMatchFieldsList().stream()
              .filter(m -> lastPart(m.getName()).equals(field.name()))
              .findFirst();
      if (match.isEmpty()) {
        problems.add("table " + wanted.fullName() + " has no field " + field.name());
      } else if (match.get().getBitwidth() != field.bits()) {
        problems.add(
            wanted.fullName()
                + "."
                + field.name()
                + " has "
                + match.get().getBitwidth()
                + " bits instead of "
                + field.bits());
      } else if (match.get().getMatchType() != MatchField.MatchType.EXACT) {
        problems.add(wanted.fullName() + "." + field.name() + " is not an exact match");
      }
      ids.add(match.map(MatchField::getId).orElse(0));
    }
    if (table.getMatchFieldsCount() != wanted.fields().size()) {
      problems.add(
          "table "
              + wanted.fullName()
              + " has "
              + table.getMatchFieldsCount()
              + " fields instead of "
              + wanted.fields().size());
    }
    return ids;
  }

  List<Integer> paramIds(IpsecAction wanted, Action action) {
    List<Integer> ids = new ArrayList<>();
    for (Field field : wanted.params()) {
      Optional<Action.Param> param =
          action.getParamsList().stream()
              .filter(p -> lastPart(p.getName()).equals(field.name()))
              .findFirst();
      if (param.isEmpty() || param.get().getBitwidth() != field.bits()) {
        problems.add(
            "action "
                + wanted.fullName()
                + " has no parameter "
                + field.name()
                + " of "
                + field.bits()
                + " bits");
      }
      ids.add(param.map(Action.Param::getId).orElse(0));
    }
    return ids;
  }

  boolean hasCounter(Table table) {
    return countedTables.contains(table.getPreamble().getId())
        || table.getDirectResourceIdsList().stream().anyMatch(counterIds::contains);
  }

  private static String lastPart(String name) {
    return name.substring(name.lastIndexOf('.') + 1);
  }
}
