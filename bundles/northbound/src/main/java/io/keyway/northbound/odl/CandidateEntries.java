package io.keyway.northbound.odl;

import io.keyway.northbound.config.EntryKind;
import io.keyway.northbound.config.EntryRef;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import org.opendaylight.yangtools.yang.data.api.YangInstanceIdentifier.NodeIdentifierWithPredicates;
import org.opendaylight.yangtools.yang.data.api.schema.ContainerNode;
import org.opendaylight.yangtools.yang.data.api.schema.MapEntryNode;
import org.opendaylight.yangtools.yang.data.tree.api.DataTreeCandidateNode;
import org.opendaylight.yangtools.yang.data.tree.api.ModificationType;

/** What a change of the container {@code ipsec} does to entries. */
final class CandidateEntries {

  private CandidateEntries() {}

  /** Entries that the change touches, with what they become; empty: deleted. */
  static Map<EntryRef, Optional<MapEntryNode>> touched(DataTreeCandidateNode ipsec) {
    Map<EntryRef, Optional<MapEntryNode>> touched = new LinkedHashMap<>();
    for (EntryKind kind : EntryKind.values()) {
      DataTreeCandidateNode container = ipsec.modifiedChild(ConfigPaths.container(kind));
      DataTreeCandidateNode list =
          container == null ? null : container.modifiedChild(ConfigPaths.list(kind));
      if (list == null) {
        continue;
      }
      for (DataTreeCandidateNode entry : list.childNodes()) {
        if (entry.modificationType() != ModificationType.UNMODIFIED) {
          touched.put(
              ConfigPaths.entry(kind, (NodeIdentifierWithPredicates) entry.name()),
              Optional.ofNullable((MapEntryNode) entry.dataAfter()));
        }
      }
    }
    return touched;
  }

  /** The container as the change found it. */
  static Optional<ContainerNode> before(DataTreeCandidateNode ipsec) {
    return Optional.ofNullable((ContainerNode) ipsec.dataBefore());
  }

  /** The container as the change leaves it. */
  static Optional<ContainerNode> after(DataTreeCandidateNode ipsec) {
    return Optional.ofNullable((ContainerNode) ipsec.dataAfter());
  }
}
