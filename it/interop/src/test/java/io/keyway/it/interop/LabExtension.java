package io.keyway.it.interop;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.extension.AfterEachCallback;
import org.junit.jupiter.api.extension.ConditionEvaluationResult;
import org.junit.jupiter.api.extension.ExecutionCondition;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.ParameterContext;
import org.junit.jupiter.api.extension.ParameterResolver;

/** Gives each test its lab, takes it down afterwards, and says aloud which tests could not run. */
final class LabExtension implements ExecutionCondition, ParameterResolver, AfterEachCallback {

  private static final ExtensionContext.Namespace SPACE =
      ExtensionContext.Namespace.create(LabExtension.class);

  @Override
  public ConditionEvaluationResult evaluateExecutionCondition(ExtensionContext context) {
    // Method by method, never the class at once: the report then names each test that did not run.
    if (context.getTestMethod().isEmpty()) {
      return ConditionEvaluationResult.enabled("decided for each test");
    }
    Optional<String> obstacle = Requirements.obstacle();
    if (obstacle.isEmpty()) {
      return ConditionEvaluationResult.enabled("this machine can run it");
    }
    String test =
        context.getRequiredTestClass().getSimpleName()
            + "."
            + context.getRequiredTestMethod().getName();
    if ("1".equals(System.getenv("KEYWAY_REQUIRE_INTEROP"))) {
      throw new IllegalStateException(test + " is required here but cannot run: " + obstacle.get());
    }
    System.err.println("NOT RUN: " + test + ": " + obstacle.get());
    return ConditionEvaluationResult.disabled("NOT RUN: " + obstacle.get());
  }

  @Override
  public boolean supportsParameter(ParameterContext parameter, ExtensionContext context) {
    return parameter.getParameter().getType() == Lab.class;
  }

  @Override
  public Lab resolveParameter(ParameterContext parameter, ExtensionContext context) {
    return context
        .getStore(SPACE)
        .getOrComputeIfAbsent(Lab.class, ignored -> Lab.open(), Lab.class);
  }

  @Override
  public void afterEach(ExtensionContext context) throws Exception {
    Lab lab = context.getStore(SPACE).remove(Lab.class, Lab.class);
    if (lab == null) {
      return;
    }
    try {
      lab.stop();
      assertNoSecretWasLogged(lab);
      if (context.getExecutionException().isPresent()) {
        String name =
            context.getRequiredTestClass().getSimpleName() + "." + context.getDisplayName();
        Path target = Path.of("target", "interop", name.replaceAll("[^A-Za-z0-9.=-]+", "_"));
        lab.keepLogs(target);
        System.err.println("logs of the failed test: " + target.toAbsolutePath());
      } else {
        Matrix.passed(
            context.getRequiredTestClass().getSimpleName(),
            context.getRequiredTestMethod().getName());
      }
    } finally {
      lab.close();
    }
  }

  /** After every test, since every path of the engine's code logs. */
  private static void assertNoSecretWasLogged(Lab lab) throws IOException {
    KnownSecrets secrets = KnownSecrets.of(lab);
    List<String> leaked = secrets.leaked(lab);
    if (!leaked.isEmpty()) {
      throw new AssertionError("keys stand in the engine's log: " + leaked);
    }
  }
}
