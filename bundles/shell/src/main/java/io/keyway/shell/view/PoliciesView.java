package io.keyway.shell.view;

import io.keyway.api.sp.Policy;
import io.keyway.api.sp.PolicyAction;
import io.keyway.api.sp.SpdService;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;

/** Prints the claims of the policy database, one stack after the other. */
public final class PoliciesView {

  private PoliciesView() {}

  /** Lines for people, in the order of the database. */
  public static List<String> lines(List<SpdService.Entry> entries) {
    if (entries.isEmpty()) {
      return List.of("there are no policies");
    }
    List<String> lines = new ArrayList<>();
    String stack = "";
    for (SpdService.Entry entry : entries) {
      Policy policy = entry.policy();
      String place =
          policy.plane()
              + " "
              + policy.direction().name().toLowerCase(Locale.ROOT)
              + " "
              + policy.selectors();
      if (!place.equals(stack)) {
        lines.add(place);
        stack = place;
      }
      lines.add(
          "  "
              + action(policy.action())
              + ", "
              + (entry.programmed()
                  ? "programmed"
                  : entry.awake() ? "not programmed" : "asleep until selected")
              + ", priority "
              + policy.priority()
              + ", "
              + policy.child().owner().name()
              + " "
              + policy.child());
      if (!entry.problem().isEmpty()) {
        lines.add("    problem: " + Words.printable(entry.problem()));
      }
    }
    return lines;
  }

  /** Lines about configured policies that have no claim; by {@code list=name} with the reason. */
  public static List<String> notInForce(Map<String, String> problems) {
    return new TreeMap<>(problems)
        .entrySet().stream()
            .map(p -> p.getKey() + " is not in force: " + Words.printable(p.getValue()))
            .toList();
  }

  public static String json(List<SpdService.Entry> entries) {
    return Json.write(
        entries.stream()
            .map(
                e ->
                    Json.object()
                        .put("data-plane", e.policy().plane())
                        .put("direction", e.policy().direction())
                        .put("local", e.policy().selectors().local().toString())
                        .put("remote", e.policy().selectors().remote().toString())
                        .put("action", action(e.policy().action()))
                        .put("priority", e.policy().priority())
                        .put("owner", e.policy().child().owner().name())
                        .put("connection", e.policy().child().connection())
                        .put("child", e.policy().child().uid())
                        .put("awake", e.awake())
                        .put("programmed", e.programmed())
                        .put("problem", e.problem()))
            .toList());
  }

  private static String action(PolicyAction action) {
    if (action instanceof PolicyAction.Protect protect) {
      return String.format("PROTECT %08x %s", protect.sa().spi().value(), protect.mode());
    }
    return action.getClass().getSimpleName().toUpperCase(Locale.ROOT);
  }
}
