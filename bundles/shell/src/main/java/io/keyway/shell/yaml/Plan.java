package io.keyway.shell.yaml;

import io.keyway.api.intent.IntentObject;
import java.util.List;
import java.util.Map;

/**
 * What a good file asks for.
 *
 * @param objects entries in the order in which they refer to each other
 * @param inlineKeys secret name to the key's text as it stood in the file
 * @param notes what was decided for the operator, to be printed
 */
record Plan(List<IntentObject> objects, Map<String, String> inlineKeys, List<String> notes) {

  Plan {
    objects = List.copyOf(objects);
    inlineKeys = Map.copyOf(inlineKeys);
    notes = List.copyOf(notes);
  }

  /** Never the keys. */
  @Override
  public String toString() {
    return "Plan[" + objects.size() + " entries, " + inlineKeys.size() + " keys]";
  }
}
