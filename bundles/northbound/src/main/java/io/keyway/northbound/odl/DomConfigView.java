package io.keyway.northbound.odl;

import io.keyway.api.intent.IntentObject;
import io.keyway.northbound.config.EntryKind;
import io.keyway.northbound.config.EntryMapper;
import io.keyway.northbound.config.EntryRef;
import io.keyway.northbound.config.InvalidEntryException;
import io.keyway.northbound.rules.ConfigView;
import java.util.Optional;
import java.util.stream.Stream;
import org.opendaylight.yangtools.yang.data.api.schema.ContainerNode;
import org.opendaylight.yangtools.yang.data.api.schema.DataContainerNode;
import org.opendaylight.yangtools.yang.data.api.schema.MapEntryNode;
import org.opendaylight.yangtools.yang.data.api.schema.MapNode;

/** The configuration as it stands in a data tree; entries are read only when somebody asks. */
final class DomConfigView implements ConfigView {

  private final Optional<ContainerNode> ipsec;

  /**
   * @param ipsec the container {@code ipsec}; empty: there is none
   */
  DomConfigView(Optional<ContainerNode> ipsec) {
    this.ipsec = ipsec;
  }

  @Override
  public boolean exists(EntryRef entry) {
    return node(entry).isPresent();
  }

  @Override
  public Optional<IntentObject> find(EntryRef entry) {
    return node(entry).flatMap(node -> read(entry.kind(), node));
  }

  @Override
  public int count(EntryKind kind) {
    return list(kind).map(MapNode::size).orElse(0);
  }

  @Override
  public Stream<IntentObject> all(EntryKind kind) {
    return nodes(kind).flatMap(node -> read(kind, node).stream());
  }

  Stream<MapEntryNode> nodes(EntryKind kind) {
    return list(kind).stream().flatMap(map -> map.body().stream());
  }

  private Optional<MapEntryNode> node(EntryRef entry) {
    return list(entry.kind()).map(map -> map.childByArg(ConfigPaths.key(entry)));
  }

  private Optional<MapNode> list(EntryKind kind) {
    return ipsec
        .map(root -> root.childByArg(ConfigPaths.container(kind)))
        .filter(DataContainerNode.class::isInstance)
        .map(DataContainerNode.class::cast)
        .map(container -> container.childByArg(ConfigPaths.list(kind)))
        .filter(MapNode.class::isInstance)
        .map(MapNode.class::cast);
  }

  private static Optional<IntentObject> read(EntryKind kind, MapEntryNode node) {
    try {
      return Optional.of(EntryMapper.read(kind, Trees.of(node)));
    } catch (InvalidEntryException e) {
      return Optional.empty();
    }
  }
}
