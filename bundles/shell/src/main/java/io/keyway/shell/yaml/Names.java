package io.keyway.shell.yaml;

import java.util.HashSet;
import java.util.List;
import java.util.Set;

/** Names of entries, and the names of secrets made from them. */
final class Names {

  private static final int LONGEST = 64;

  private Names() {}

  /** The secret store's name for a key that stood in an entry; the same entry, the same name. */
  static String secret(String kind, String entry) {
    String name = kind + "." + entry;
    if (name.length() <= LONGEST) {
      return name;
    }
    // Cut names could meet; a piece of their hash keeps them apart.
    String mark = String.format("-%08x", entry.hashCode());
    return name.substring(0, LONGEST - mark.length()) + mark;
  }

  static void complainOfTwins(Fields fields, String list, List<String> names) {
    Set<String> seen = new HashSet<>();
    for (String name : names) {
      if (!seen.add(name)) {
        fields.get(list).orElseThrow().problem("the name '" + name + "' stands here twice");
      }
    }
  }
}
