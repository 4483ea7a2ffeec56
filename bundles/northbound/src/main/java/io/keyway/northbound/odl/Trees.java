package io.keyway.northbound.odl;

import io.keyway.northbound.config.Tree;
import java.util.ArrayList;
import java.util.List;
import org.opendaylight.yangtools.yang.common.Empty;
import org.opendaylight.yangtools.yang.data.api.schema.ChoiceNode;
import org.opendaylight.yangtools.yang.data.api.schema.DataContainerNode;
import org.opendaylight.yangtools.yang.data.api.schema.LeafNode;
import org.opendaylight.yangtools.yang.data.api.schema.LeafSetNode;
import org.opendaylight.yangtools.yang.data.api.schema.MapNode;
import org.opendaylight.yangtools.yang.data.api.schema.NormalizedNode;

/** Data of the datastore as plain trees. */
final class Trees {

  private Trees() {}

  /** A container or a list entry. */
  static Tree of(DataContainerNode node) {
    return fill(new Tree(), node);
  }

  private static Tree fill(Tree tree, DataContainerNode node) {
    for (NormalizedNode child : node.body()) {
      String name = child.name().getNodeType().getLocalName();
      if (child instanceof LeafNode<?> leaf) {
        tree.leaf(name, lexical(leaf.body()));
      } else if (child instanceof LeafSetNode<?> leaves) {
        tree.leafList(name, leaves.body().stream().map(l -> lexical(l.body())).toList());
      } else if (child instanceof MapNode map) {
        List<Tree> entries = new ArrayList<>();
        map.body().forEach(entry -> entries.add(of(entry)));
        tree.list(name, entries);
      } else if (child instanceof ChoiceNode choice) {
        fill(tree, choice);
      } else if (child instanceof DataContainerNode container) {
        tree.container(name, of(container));
      }
    }
    return tree;
  }

  private static String lexical(Object value) {
    return value instanceof Empty ? "" : value.toString();
  }
}
