package io.keyway.northbound.device;

import io.keyway.api.sa.Direction;
import io.keyway.api.sa.Lifetime;
import io.keyway.api.sa.SaId;
import io.keyway.api.sa.SadService;
import io.keyway.api.sa.SecurityAssociation;
import io.keyway.api.sa.Usage;
import java.util.Collection;
import java.util.Locale;
import java.util.Map;
import java.util.OptionalLong;
import org.opendaylight.yang.gen.v1.http.openconfig.net.yang.ipsec.offload.norev.ipsec.offload.top.IpsecOffload;
import org.opendaylight.yangtools.yang.common.QName;
import org.opendaylight.yangtools.yang.common.Uint16;
import org.opendaylight.yangtools.yang.common.Uint32;
import org.opendaylight.yangtools.yang.common.Uint64;
import org.opendaylight.yangtools.yang.data.api.YangInstanceIdentifier.NodeIdentifier;
import org.opendaylight.yangtools.yang.data.api.YangInstanceIdentifier.NodeIdentifierWithPredicates;
import org.opendaylight.yangtools.yang.data.api.schema.ContainerNode;
import org.opendaylight.yangtools.yang.data.api.schema.MapEntryNode;
import org.opendaylight.yangtools.yang.data.api.schema.UserMapNode;
import org.opendaylight.yangtools.yang.data.api.schema.builder.CollectionNodeBuilder;
import org.opendaylight.yangtools.yang.data.api.schema.builder.DataContainerNodeBuilder;
import org.opendaylight.yangtools.yang.data.spi.node.ImmutableNodes;

/** Module {@code openconfig-ipsec-offload} for the SAs of one data plane. */
final class DeviceTree {

  static final QName ROOT = IpsecOffload.QNAME;

  private static final QName INSTALLATION =
      QName.create("urn:keyway:ipsec-offload", "2026-11-22", "installation").intern();

  private DeviceTree() {}

  private static String installation(String state) {
    return state.equals(DeviceReader.BURNT) ? "needs-new-key" : state;
  }

  /** What was written: containers {@code config}. */
  static ContainerNode config(Collection<SadService.Entry> entries) {
    var list = list();
    for (SadService.Entry entry : entries) {
      SecurityAssociation sa = entry.sa();
      list.withChild(entry(sa).withChild(fill(container("config"), sa).build()).build());
    }
    return root(list.build());
  }

  /** What is: containers {@code state}, with the counters that the plane keeps. */
  static ContainerNode state(Collection<SadService.Entry> entries, Map<SaId, Usage> usage) {
    var list = list();
    for (SadService.Entry entry : entries) {
      SecurityAssociation sa = entry.sa();
      DataContainerNodeBuilder<NodeIdentifier, ContainerNode> state = fill(container("state"), sa);
      Usage counted = usage.getOrDefault(sa.id(), Usage.ABSENT);
      if (!counted.equals(Usage.ABSENT)) {
        DataContainerNodeBuilder<NodeIdentifier, ContainerNode> counters = container("counters");
        counter(counters, "pkts-processed", counted.packets());
        counter(counters, "bytes-processed", counted.bytes());
        state.withChild(counters.build());
      }
      state.withChild(ImmutableNodes.leafNode(INSTALLATION, installation(entry.state())));
      list.withChild(entry(sa).withChild(state.build()).build());
    }
    return root(list.build());
  }

  /** Reading rx-spi would allocate an SPI on the device, so it is never shown here. */
  private static ContainerNode root(UserMapNode list) {
    return ImmutableNodes.newContainerBuilder()
        .withNodeIdentifier(NodeIdentifier.create(ROOT))
        .withChild(container("sad").withChild(list).build())
        .build();
  }

  private static CollectionNodeBuilder<MapEntryNode, UserMapNode> list() {
    return ImmutableNodes.newUserMapBuilder()
        .withNodeIdentifier(NodeIdentifier.create(name("sad-entry")));
  }

  private static DataContainerNodeBuilder<NodeIdentifierWithPredicates, MapEntryNode> entry(
      SecurityAssociation sa) {
    Uint32 index = Uint32.valueOf(sa.id().index());
    Boolean egress = egress(sa);
    return ImmutableNodes.newMapEntryBuilder()
        .withNodeIdentifier(
            NodeIdentifierWithPredicates.of(
                name("sad-entry"), Map.of(name("offload-id"), index, name("direction"), egress)))
        .withChild(ImmutableNodes.leafNode(name("offload-id"), index))
        .withChild(ImmutableNodes.leafNode(name("direction"), egress));
  }

  private static DataContainerNodeBuilder<NodeIdentifier, ContainerNode> fill(
      DataContainerNodeBuilder<NodeIdentifier, ContainerNode> node, SecurityAssociation sa) {
    leaf(node, "offload-id", Uint32.valueOf(sa.id().index()));
    leaf(node, "direction", egress(sa));
    leaf(node, "spi", Uint32.valueOf(sa.id().spi().value()));
    leaf(node, "ext-seq-num", sa.esn());
    leaf(node, "anti-replay-window-size", Uint32.valueOf(sa.replayWindow()));
    leaf(node, "protocol-parameters", "esp");
    leaf(node, "mode", sa.mode().name().toLowerCase(Locale.ROOT));
    DataContainerNodeBuilder<NodeIdentifier, ContainerNode> encryption = container("encryption");
    leaf(encryption, "encryption-algorithm", Uint16.valueOf(sa.encryption().ianaId()));
    leaf(encryption, "key", "");
    leaf(encryption, "key-len", Uint32.valueOf(sa.encryption().keyMaterialOctets()));
    return node.withChild(container("esp-sa").withChild(encryption.build()).build())
        .withChild(lifetime("sa-lifetime-hard", sa.lifetime().hard()))
        .withChild(lifetime("sa-lifetime-soft", sa.lifetime().soft()));
  }

  private static ContainerNode lifetime(String name, Lifetime.Limit limit) {
    DataContainerNodeBuilder<NodeIdentifier, ContainerNode> node = container(name);
    leaf(node, "time", Uint32.saturatedOf(limit.seconds()));
    leaf(node, "bytes", Uint64.valueOf(limit.bytes()));
    leaf(node, "packets", Uint32.saturatedOf(limit.packets()));
    return node.build();
  }

  /** The model: true is egress. What the device itself wants to be told is the plane's affair. */
  private static Boolean egress(SecurityAssociation sa) {
    return sa.id().direction() == Direction.OUTBOUND;
  }

  private static void counter(
      DataContainerNodeBuilder<NodeIdentifier, ContainerNode> node,
      String name,
      OptionalLong value) {
    if (value.isPresent()) {
      leaf(node, name, Uint64.valueOf(value.getAsLong()));
    }
  }

  private static void leaf(
      DataContainerNodeBuilder<NodeIdentifier, ContainerNode> node, String name, Object value) {
    node.withChild(ImmutableNodes.leafNode(name(name), value));
  }

  private static DataContainerNodeBuilder<NodeIdentifier, ContainerNode> container(String name) {
    return ImmutableNodes.newContainerBuilder()
        .withNodeIdentifier(NodeIdentifier.create(name(name)));
  }

  private static QName name(String local) {
    return QName.create(ROOT, local).intern();
  }
}
