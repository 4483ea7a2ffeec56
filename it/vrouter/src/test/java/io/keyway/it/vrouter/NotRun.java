package io.keyway.it.vrouter;

import io.keyway.it.kit.vrouter.AgentProgram;
import io.keyway.it.kit.vrouter.RouterLab;
import java.util.Optional;
import java.util.function.Supplier;
import org.junit.jupiter.api.extension.ConditionEvaluationResult;
import org.junit.jupiter.api.extension.ExecutionCondition;
import org.junit.jupiter.api.extension.ExtensionContext;

/** Names each test with packets that this machine cannot run, and says why. */
public class NotRun implements ExecutionCondition {

  /** For tests that need the agent, and neither root nor a network. */
  public static final class OfAgent extends NotRun {
    OfAgent() {
      super(Optional::empty, Optional::empty);
    }
  }

  /** For tests that only a long run has; together with the one that says what else they need. */
  public static final class Long extends NotRun {
    Long() {
      super(
          Optional::empty,
          () ->
              Boolean.getBoolean("keyway.long")
                  ? Optional.empty()
                  : Optional.of("only with --long"));
    }
  }

  private final Supplier<Optional<String>> lab;
  private final Supplier<Optional<String>> further;

  /** For tests that need the agent and its lab. */
  protected NotRun() {
    this(Optional::empty);
  }

  /**
   * @param further what else a test needs
   */
  protected NotRun(Supplier<Optional<String>> further) {
    this(RouterLab::obstacle, further);
  }

  private NotRun(Supplier<Optional<String>> lab, Supplier<Optional<String>> further) {
    this.lab = lab;
    this.further = further;
  }

  @Override
  public ConditionEvaluationResult evaluateExecutionCondition(ExtensionContext context) {
    // Method by method, never the class at once: the report then names each test that did not run.
    if (context.getTestMethod().isEmpty()) {
      return ConditionEvaluationResult.enabled("decided for each test");
    }
    return AgentProgram.obstacle()
        .or(lab)
        .or(further)
        .map(
            why -> {
              System.err.println(
                  "NOT RUN: "
                      + context.getRequiredTestClass().getSimpleName()
                      + "."
                      + context.getRequiredTestMethod().getName()
                      + ": "
                      + why);
              return ConditionEvaluationResult.disabled("NOT RUN: " + why);
            })
        .orElseGet(() -> ConditionEvaluationResult.enabled("this machine can run it"));
  }
}
