package io.keyway.northbound.config;

import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * A container or list entry: leaves in YANG's lexical form, leaf-lists, containers and lists by
 * name, in order. Choices and cases do not show, as in data.
 *
 * <p>Built by one thread, then only read.
 */
public final class Tree {

  private final Map<String, Object> nodes = new LinkedHashMap<>();

  /** Adds a leaf; an empty {@code value} stands for a leaf of type empty. */
  public Tree leaf(String name, Object value) {
    nodes.put(name, value.toString());
    return this;
  }

  /** Adds a leaf if there is a value. */
  public Tree leaf(String name, Optional<?> value) {
    value.ifPresent(present -> leaf(name, present));
    return this;
  }

  /** Adds a leaf-list unless it is empty. */
  public Tree leafList(String name, List<String> values) {
    if (!values.isEmpty()) {
      nodes.put(name, new Leaves(List.copyOf(values)));
    }
    return this;
  }

  public Tree container(String name, Tree child) {
    nodes.put(name, child);
    return this;
  }

  /** Adds a list unless it is empty. */
  public Tree list(String name, List<Tree> entries) {
    if (!entries.isEmpty()) {
      nodes.put(name, new Entries(List.copyOf(entries)));
    }
    return this;
  }

  public boolean has(String name) {
    return nodes.containsKey(name);
  }

  public Optional<String> text(String name) {
    return nodes.get(name) instanceof String text ? Optional.of(text) : Optional.empty();
  }

  /** A leaf that the schema makes mandatory. */
  public String mandatory(String name) throws InvalidEntryException {
    return text(name)
        .orElseThrow(() -> new InvalidEntryException(name, name + " is missing; set it"));
  }

  /** A number of at most 63 bits; larger ones, which uint64 allows, count as the largest. */
  public long number(String name, long absent) {
    return text(name).map(Tree::saturated).orElse(absent);
  }

  private static long saturated(String text) {
    return new java.math.BigInteger(text)
        .min(java.math.BigInteger.valueOf(Long.MAX_VALUE))
        .longValueExact();
  }

  public boolean flag(String name, boolean absent) {
    return text(name).map(Boolean::parseBoolean).orElse(absent);
  }

  public List<String> leafList(String name) {
    return nodes.get(name) instanceof Leaves leaves ? leaves.values() : List.of();
  }

  public Optional<Tree> container(String name) {
    return nodes.get(name) instanceof Tree tree ? Optional.of(tree) : Optional.empty();
  }

  public List<Tree> list(String name) {
    return nodes.get(name) instanceof Entries entries ? entries.values() : List.of();
  }

  /** Leaves by their path below this tree, such as {@code tls/ca-file}; lists are left out. */
  public Map<String, String> flat() {
    Map<String, String> flat = new LinkedHashMap<>();
    flatten("", flat);
    return flat;
  }

  private void flatten(String prefix, Map<String, String> into) {
    nodes.forEach(
        (name, node) -> {
          if (node instanceof String text) {
            into.put(prefix + name, text);
          } else if (node instanceof Tree tree) {
            tree.flatten(prefix + name + "/", into);
          }
        });
  }

  /** The reverse of {@link #flat()}. */
  public static Tree ofFlat(Map<String, String> flat) {
    Tree root = new Tree();
    flat.forEach(
        (path, value) -> {
          List<String> steps = new ArrayList<>(List.of(path.split("/")));
          String leaf = steps.remove(steps.size() - 1);
          Tree at = root;
          for (String step : steps) {
            Tree parent = at;
            at = (Tree) parent.nodes.computeIfAbsent(step, s -> new Tree());
          }
          at.leaf(leaf, value);
        });
    return root;
  }

  /** Nodes by name: String, {@link Leaves}, Tree or {@link Entries}. */
  public Map<String, Object> nodes() {
    return Collections.unmodifiableMap(nodes);
  }

  /** A leaf-list. */
  public record Leaves(List<String> values) {}

  /** A list. */
  public record Entries(List<Tree> values) {}

  @Override
  public boolean equals(Object other) {
    return other instanceof Tree that && nodes.equals(that.nodes);
  }

  @Override
  public int hashCode() {
    return nodes.hashCode();
  }

  @Override
  public String toString() {
    return nodes.toString();
  }
}
