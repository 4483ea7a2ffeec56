package io.keyway.northbound.odl;

import io.keyway.northbound.config.EntryKind;
import io.keyway.northbound.config.EntryRef;
import org.opendaylight.mdsal.common.api.LogicalDatastoreType;
import org.opendaylight.mdsal.dom.api.DOMDataTreeIdentifier;
import org.opendaylight.yang.gen.v1.urn.keyway.ipsec.rev261122.ipsec.Tunnels;
import org.opendaylight.yangtools.yang.common.QName;
import org.opendaylight.yangtools.yang.data.api.YangInstanceIdentifier;
import org.opendaylight.yangtools.yang.data.api.YangInstanceIdentifier.NodeIdentifier;
import org.opendaylight.yangtools.yang.data.api.YangInstanceIdentifier.NodeIdentifierWithPredicates;

/** Paths of module {@code keyway-ipsec}. */
public final class ConfigPaths {

  static final QName IPSEC_NAME = name("ipsec");
  private static final QName KEY = name("name");

  /** {@code /keyway-ipsec:ipsec}. */
  public static final YangInstanceIdentifier IPSEC = YangInstanceIdentifier.of(IPSEC_NAME);

  /** The same in the configuration. */
  public static final DOMDataTreeIdentifier IPSEC_CONFIG =
      DOMDataTreeIdentifier.of(LogicalDatastoreType.CONFIGURATION, IPSEC);

  private ConfigPaths() {}

  static QName name(String local) {
    return QName.create(Tunnels.QNAME, local).intern();
  }

  static NodeIdentifier container(EntryKind kind) {
    return NodeIdentifier.create(name(kind.container()));
  }

  static NodeIdentifier list(EntryKind kind) {
    return NodeIdentifier.create(name(kind.list()));
  }

  static NodeIdentifierWithPredicates key(EntryRef entry) {
    return NodeIdentifierWithPredicates.of(name(entry.kind().list()), KEY, entry.name());
  }

  static EntryRef entry(EntryKind kind, NodeIdentifierWithPredicates key) {
    return new EntryRef(kind, String.valueOf(key.getValue(KEY)));
  }

  /** Path of an entry. */
  public static YangInstanceIdentifier entry(EntryRef entry) {
    return IPSEC.node(container(entry.kind())).node(list(entry.kind())).node(key(entry));
  }
}
