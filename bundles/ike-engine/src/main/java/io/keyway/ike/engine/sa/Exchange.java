package io.keyway.ike.engine.sa;

import io.keyway.ike.message.ExchangeType;
import java.util.List;
import java.util.Optional;

/**
 * One exchange that we start.
 *
 * @param alone whether only the first task adds to the next request
 */
record Exchange(int type, List<Task> tasks, boolean alone) {
  Exchange(int type, List<Task> tasks) {
    this(type, tasks, false);
  }

  static Exchange of(int type, Task... tasks) {
    return new Exchange(type, List.of(tasks));
  }

  static Exchange informational(Task task) {
    return of(ExchangeType.INFORMATIONAL, task);
  }

  static Exchange createChildSa(Task task) {
    return of(ExchangeType.CREATE_CHILD_SA, task);
  }

  /** The path that this exchange is to try, if it is there for that. */
  Optional<Path> pathUnderTest() {
    return tasks.get(0) instanceof PathTestTask test ? Optional.of(test.path()) : Optional.empty();
  }

  boolean concernsChildren() {
    return tasks.stream().anyMatch(Task::concernsChildren);
  }

  boolean takesTime() {
    return tasks.stream().anyMatch(Task::takesTime);
  }

  boolean has(Class<? extends Task> kind) {
    return tasks.stream().anyMatch(kind::isInstance);
  }
}
