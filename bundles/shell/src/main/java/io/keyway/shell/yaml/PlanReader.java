package io.keyway.shell.yaml;

import io.keyway.api.intent.IntentObject;
import io.keyway.api.intent.IntentSnapshot;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;

/**
 * Reads a whole file and checks it against what is configured already. Either everything is right,
 * or a {@link BadFile} names everything that is wrong.
 */
final class PlanReader {

  /** In the order in which entries refer to each other. */
  private static final List<String> LISTS =
      List.of(
          "data-planes",
          "ike-policies",
          "child-policies",
          "pools",
          "gateways",
          "tunnels",
          "policies");

  private final List<Problem> problems = new ArrayList<>();
  private final Map<String, String> inlineKeys = new HashMap<>();
  private final Map<IntentObject, Value> places = new LinkedHashMap<>();
  private final Map<String, Function<Value, Optional<? extends IntentObject>>> readers;

  private PlanReader() {
    AuthenticationReader authentication = new AuthenticationReader(inlineKeys);
    IkePolicyReader ikePolicies = new IkePolicyReader(authentication);
    GatewayReader gateways = new GatewayReader(authentication);
    readers =
        Map.of(
            "data-planes", PlaneReader::read,
            "ike-policies", ikePolicies::read,
            "child-policies", ChildPolicyReader::read,
            "pools", PoolReader::read,
            "gateways", gateways::read,
            "tunnels", TunnelReader::read,
            "policies", StaticPolicyReader::read);
  }

  static Plan read(String text, IntentSnapshot configured) throws BadFile {
    return new PlanReader().plan(text, configured);
  }

  private Plan plan(String text, IntentSnapshot configured) throws BadFile {
    Value root = YamlText.parse(text, problems);
    List<String> outer = new ArrayList<>(LISTS);
    outer.add("ipsec");
    Fields beside = Fields.of(root, outer);
    Optional<Fields> under =
        beside.get("ipsec").filter(v -> !v.isNull()).map(v -> Fields.of(v, LISTS));
    boolean childPolicies = false;
    for (String list : LISTS) {
      Map<String, Value> names = new HashMap<>();
      for (Optional<Fields> part : List.of(under, Optional.of(beside))) {
        Optional<Value> found = part.flatMap(f -> f.get(list));
        if (found.isPresent() && !found.get().isNull()) {
          childPolicies |= list.equals("child-policies");
          found.get().items().forEach(item -> entry(list, item, names));
        }
      }
    }
    List<String> notes = new ArrayList<>();
    References references = new References(configured, places);
    if (!childPolicies) {
      // Only a file without the list may leave child policies to us; see the design's model.
      for (IntentObject made : references.missingChildPolicies(notes)) {
        places.put(made, root);
      }
    }
    references.check();
    if (!problems.isEmpty()) {
      problems.sort(
          java.util.Comparator.comparingInt(Problem::line).thenComparingInt(Problem::column));
      throw new BadFile(problems);
    }
    if (places.isEmpty()) {
      root.problem("there is nothing to load; lists are " + String.join(", ", LISTS));
      throw new BadFile(problems);
    }
    return new Plan(ordered(), inlineKeys, notes);
  }

  private void entry(String list, Value item, Map<String, Value> names) {
    Optional<? extends IntentObject> read = readers.get(list).apply(item);
    if (read.isEmpty()) {
      return;
    }
    if (names.put(read.get().name(), item) != null) {
      item.problem("the name '" + read.get().name() + "' stands here twice");
      return;
    }
    places.put(read.get(), item);
  }

  private List<IntentObject> ordered() {
    List<IntentObject> ordered = new ArrayList<>();
    for (String list : LISTS) {
      places.keySet().stream().filter(o -> o.list().startsWith(list + "/")).forEach(ordered::add);
    }
    return ordered;
  }
}
