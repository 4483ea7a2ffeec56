package io.keyway.shell.yaml;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.yaml.snakeyaml.nodes.MappingNode;
import org.yaml.snakeyaml.nodes.Node;
import org.yaml.snakeyaml.nodes.NodeTuple;
import org.yaml.snakeyaml.nodes.ScalarNode;
import org.yaml.snakeyaml.nodes.SequenceNode;
import org.yaml.snakeyaml.nodes.Tag;

/**
 * A node of the file together with its path and the list that its problems go to.
 *
 * <p>Scalars are taken as the text that stands there. YAML 1.1 would turn {@code no} into false and
 * {@code 10:30} into 630; the schema, not the look of a value, says what it is.
 */
final class Value {

  private final Node node;
  private final String path;
  private final List<Problem> problems;

  Value(Node node, String path, List<Problem> problems) {
    this.node = node;
    this.path = path;
    this.problems = problems;
  }

  String path() {
    return path;
  }

  void problem(String message) {
    problems.add(
        new Problem(
            node.getStartMark().getLine() + 1, node.getStartMark().getColumn() + 1, path, message));
  }

  boolean isScalar() {
    return node instanceof ScalarNode && !isNull();
  }

  boolean isMapping() {
    return node instanceof MappingNode;
  }

  /** {@code key:} with nothing behind it. */
  boolean isNull() {
    return Tag.NULL.equals(node.getTag());
  }

  /** The text of a scalar; a problem and empty when it is none. */
  Optional<String> text() {
    if (!isScalar()) {
      problem("a single value is expected here, not " + kind());
      return Optional.empty();
    }
    return Optional.of(((ScalarNode) node).getValue());
  }

  /** The items of a list; a problem and nothing when it is none. */
  List<Value> items() {
    if (!(node instanceof SequenceNode sequence)) {
      problem("a list is expected here (items begin with '- '), not " + kind());
      return List.of();
    }
    List<Value> items = new ArrayList<>();
    for (Node item : sequence.getValue()) {
      items.add(new Value(item, path + "/" + label(item, items.size() + 1), problems));
    }
    return items;
  }

  /** The entries of a mapping by key; a problem and nothing when it is none. */
  Map<String, Value> entries() {
    Map<String, Value> entries = new HashMap<>();
    if (!(node instanceof MappingNode mapping)) {
      problem("keys and values are expected here, not " + kind());
      return entries;
    }
    for (NodeTuple tuple : mapping.getValue()) {
      if (!(tuple.getKeyNode() instanceof ScalarNode key)) {
        new Value(tuple.getKeyNode(), path, problems).problem("a key must be a plain word");
        continue;
      }
      Value value = new Value(tuple.getValueNode(), path + "/" + key.getValue(), problems);
      Value atKey = new Value(key, value.path, problems);
      if (key.getValue().equals("<<")) {
        atKey.problem("merge keys (<<) are not supported; write the values out");
      } else if (entries.put(key.getValue(), value) != null) {
        atKey.problem("this key stands here twice");
      }
    }
    return entries;
  }

  /** The place of a key, for a complaint about the key itself. */
  Value atKey(String wanted) {
    if (node instanceof MappingNode mapping) {
      for (NodeTuple tuple : mapping.getValue()) {
        if (tuple.getKeyNode() instanceof ScalarNode key && key.getValue().equals(wanted)) {
          return new Value(key, path + "/" + wanted, problems);
        }
      }
    }
    return this;
  }

  private String kind() {
    if (isNull()) {
      return "nothing";
    }
    return node instanceof SequenceNode
        ? "a list"
        : node instanceof MappingNode ? "keys and values" : "a single value";
  }

  /** List entries are called by their name, as in the model, else by their number. */
  private static String label(Node item, int number) {
    if (item instanceof MappingNode mapping) {
      for (NodeTuple tuple : mapping.getValue()) {
        if (tuple.getKeyNode() instanceof ScalarNode key
            && key.getValue().equals("name")
            && tuple.getValueNode() instanceof ScalarNode name) {
          return name.getValue();
        }
      }
    }
    return Integer.toString(number);
  }
}
