package io.keyway.yang.offload;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.opendaylight.yangtools.yang.common.XMLNamespace;
import org.opendaylight.yangtools.yang.common.YangVersion;
import org.opendaylight.yangtools.yang.model.api.ContainerSchemaNode;
import org.opendaylight.yangtools.yang.model.api.DataNodeContainer;
import org.opendaylight.yangtools.yang.model.api.DataSchemaNode;
import org.opendaylight.yangtools.yang.model.api.EffectiveModelContext;
import org.opendaylight.yangtools.yang.model.api.LeafSchemaNode;
import org.opendaylight.yangtools.yang.model.api.ListSchemaNode;
import org.opendaylight.yangtools.yang.model.api.Module;
import org.opendaylight.yangtools.yang.model.api.NotificationDefinition;
import org.opendaylight.yangtools.yang.model.api.TypeDefinition;
import org.opendaylight.yangtools.yang.model.api.meta.EffectiveStatement;
import org.opendaylight.yangtools.yang.model.api.stmt.ConfigEffectiveStatement;
import org.opendaylight.yangtools.yang.model.api.stmt.FeatureEffectiveStatement;
import org.opendaylight.yangtools.yang.model.api.stmt.IfFeatureEffectiveStatement;
import org.opendaylight.yangtools.yang.model.api.stmt.ImportStatement;
import org.opendaylight.yangtools.yang.model.api.stmt.RevisionDateStatement;

/** Types, defaults, mandatory, config, if-feature and NACM marks, from the effective model. */
class EffectiveModelTest {

  /**
   * One line per leaf below config: name, type, default, flags (m mandatory, n default-deny-all).
   */
  private static final List<String> CONFIG =
      List.of(
          "offload-id uint32 - m",
          "direction boolean - m",
          "req-id uint64 0 -",
          "spi uint32 - m",
          "ext-seq-num boolean true -",
          "anti-replay-window-size uint32 64 -",
          "protocol-parameters ietf-i2nsf-ikec:ipsec-protocol-params esp -",
          "mode ietf-i2nsf-ikec:ipsec-mode transport -",
          "esp-sa/encryption/encryption-algorithm ietf-i2nsf-ikec:encr-alg-t 12 -",
          "esp-sa/encryption/key ietf-yang-types:hex-string - mn",
          "esp-sa/encryption/key-len uint32 - m",
          "sa-lifetime-hard/time uint32 0 -",
          "sa-lifetime-hard/bytes uint64 0 -",
          "sa-lifetime-hard/packets uint32 0 -",
          "sa-lifetime-hard/idle uint32 0 -",
          "sa-lifetime-soft/time uint32 0 -",
          "sa-lifetime-soft/bytes uint64 0 -",
          "sa-lifetime-soft/packets uint32 0 -",
          "sa-lifetime-soft/idle uint32 0 -");

  private static final List<String> COUNTERS =
      List.of(
          "counters/pkts-processed openconfig-yang-types:counter64 - -",
          "counters/bytes-processed openconfig-yang-types:counter64 - -",
          "counters/ARW-failures openconfig-yang-types:counter32 - -",
          "counters/auth-failures openconfig-yang-types:counter32 - -",
          "counters/pkt-dropped openconfig-yang-types:counter32 - -");

  private static final XMLNamespace NACM =
      XMLNamespace.of("urn:ietf:params:xml:ns:yang:ietf-netconf-acm");

  private static EffectiveModelContext model;
  private static Module module;

  @BeforeAll
  static void parse() {
    model = Modules.parse();
    module = model.findModules("openconfig-ipsec-offload").iterator().next();
  }

  @Test
  void theHeaderIsThatOfTheDeviceModule() {
    assertThat(module.getNamespace())
        .isEqualTo(XMLNamespace.of("http://openconfig.net/yang/ipsec-offload"));
    assertThat(module.getPrefix()).isEqualTo("oc-ipsec-offload");
    assertThat(module.getRevision()).isEmpty();
    assertThat(module.getYangVersion()).isEqualTo(YangVersion.VERSION_1);
    assertThat(module.getOrganization())
        .contains("IPDK - Infrastructure Programming Development Kit");
    assertThat(module.getImports())
        .extracting(i -> i.getModuleName().getLocalName() + " as " + i.getPrefix())
        .containsExactlyInAnyOrder(
            "ietf-inet-types as ietf-inet",
            "ietf-yang-types as ietf-yang",
            "ietf-i2nsf-ikec as ietf-nsfikec",
            "ietf-netconf-acm as ietf-nacm",
            "openconfig-yang-types as oc-yang");
    assertThat(
            module
                .asEffectiveStatement()
                .getDeclared()
                .declaredSubstatements(ImportStatement.class))
        .hasSize(5)
        .allMatch(i -> i.findFirstDeclaredSubstatement(RevisionDateStatement.class).isEmpty());
    assertThat(module.getGroupings())
        .extracting(g -> g.getQName().getLocalName())
        .containsExactlyInAnyOrder(
            "ipsec-offload-config", "ipsec-offload-state", "ipsec-offload-top");
  }

  @Test
  void aConfiguredSaHasTheDevicesTypesDefaultsAndMarks() {
    assertThat(leaves((DataNodeContainer) child(entry(), "config"))).isEqualTo(CONFIG);
  }

  @Test
  void theStateRepeatsTheConfigurationAndAddsCounters() {
    List<String> expected = new ArrayList<>(CONFIG);
    expected.addAll(COUNTERS);
    assertThat(leaves((DataNodeContainer) child(entry(), "state")))
        .containsExactlyInAnyOrderElementsOf(expected);
  }

  @Test
  void configFlagsAreTheDevices() {
    LeafSchemaNode rxSpi = (LeafSchemaNode) child(top(), "ipsec-spi", "rx-spi");
    assertThat(configStatement(rxSpi)).contains(false);
    assertThat(configStatement(child(entry(), "state"))).contains(false);
    for (DataSchemaNode node :
        List.of(
            (DataSchemaNode) top(),
            child(top(), "sad"),
            entry(),
            child(entry(), "config"),
            child(top(), "ipsec-spi"))) {
      // No statement up to the root: configuration (RFC 6020 section 7.19.1).
      assertThat(configStatement(node)).as(node.getQName().getLocalName()).isEmpty();
    }
    assertThat(rxSpi.isMandatory()).isTrue();
    assertThat(type(rxSpi.getType())).isEqualTo("uint32");
  }

  @Test
  void anEntryIsFoundByIndexAndDirection() {
    ListSchemaNode entry = (ListSchemaNode) entry();
    assertThat(entry.getKeyDefinition())
        .extracting(q -> q.getLocalName())
        .containsExactly("offload-id", "direction");
    assertThat(entry.isUserOrdered()).isTrue();
    for (String key : List.of("offload-id", "direction")) {
      var type =
          (org.opendaylight.yangtools.yang.model.api.type.LeafrefTypeDefinition)
              ((LeafSchemaNode) child(entry, key)).getType();
      assertThat(type.getPathStatement().getOriginalString()).isEqualTo("../config/" + key);
    }
  }

  @Test
  void lifetimesAreInSeconds() {
    for (String lifetime : List.of("sa-lifetime-hard", "sa-lifetime-soft")) {
      for (String leaf : List.of("time", "idle")) {
        LeafSchemaNode node = (LeafSchemaNode) child(entry(), "config", lifetime, leaf);
        assertThat(node.getType().getUnits()).contains("seconds");
      }
    }
  }

  @Test
  void theExpiryNotificationDependsOnItsFeature() {
    NotificationDefinition expire = module.getNotifications().iterator().next();
    assertThat(module.getNotifications()).hasSize(1);
    assertThat(expire.getQName().getLocalName()).isEqualTo("sadb-expire");
    assertThat(leaves(expire))
        .containsExactly(
            "ipsec-sa-spi uint32 - m",
            "soft-lifetime-expire boolean - m",
            "ipsec-sa-protocol uint8 - m",
            "ipsec-sa-dest-address ietf-inet-types:ip-address - m",
            "address-family boolean - m");
    assertThat(
            model
                .findModuleStatement(module.getQNameModule())
                .orElseThrow()
                .streamEffectiveSubstatements(FeatureEffectiveStatement.class)
                .map(feature -> feature.argument().getLocalName()))
        .containsExactly("ipsec-offload-notification");
    assertThat(
            ((EffectiveStatement<?, ?>) expire)
                .findFirstEffectiveSubstatement(IfFeatureEffectiveStatement.class)
                .orElseThrow()
                .getDeclared()
                .rawArgument())
        .isEqualTo("ipsec-offload-notification");
  }

  @Test
  void theCommonTypesOfRfc9061AreWhole() {
    Module common = model.findModules("ietf-i2nsf-ikec").iterator().next();
    assertThat(common.getTypeDefinitions())
        .extracting(t -> t.getQName().getLocalName())
        .containsExactlyInAnyOrder(
            "encr-alg-t",
            "intr-alg-t",
            "ipsec-mode",
            "esp-encap",
            "ipsec-protocol-params",
            "lifetime-action",
            "ipsec-traffic-direction",
            "ipsec-spd-action",
            "ipsec-inner-protocol");
    assertThat(common.getGroupings())
        .extracting(g -> g.getQName().getLocalName())
        .containsExactlyInAnyOrder(
            "encap",
            "lifetime",
            "port-range",
            "tunnel-grouping",
            "selector-grouping",
            "ipsec-policy-grouping");
    assertThat(common.getRevision().map(Object::toString)).contains("2021-07-14");
  }

  @Test
  void theOpenConfigTypesAreWhole() {
    Module types = model.findModules("openconfig-yang-types").iterator().next();
    assertThat(types.getTypeDefinitions())
        .extracting(t -> t.getQName().getLocalName())
        .containsExactlyInAnyOrder(
            "dotted-quad",
            "hex-string",
            "counter32",
            "counter64",
            "date-and-time",
            "date",
            "gauge64",
            "phys-address",
            "mac-address");
  }

  private static DataNodeContainer top() {
    return (DataNodeContainer) child(module, "ipsec-offload");
  }

  private static DataSchemaNode entry() {
    return child(top(), "sad", "sad-entry");
  }

  private static DataSchemaNode child(Object parent, String... names) {
    Object node = parent;
    for (String name : names) {
      node =
          ((DataNodeContainer) node)
              .getChildNodes().stream()
                  .filter(c -> c.getQName().getLocalName().equals(name))
                  .findFirst()
                  .orElseThrow();
    }
    return (DataSchemaNode) node;
  }

  private static List<String> leaves(DataNodeContainer container) {
    List<String> lines = new ArrayList<>();
    collect("", container, lines);
    return lines;
  }

  private static void collect(String prefix, DataNodeContainer container, List<String> lines) {
    for (DataSchemaNode node : container.getChildNodes()) {
      String name = node.getQName().getLocalName();
      if (node instanceof LeafSchemaNode leaf) {
        String flags = (leaf.isMandatory() ? "m" : "") + (denied(leaf) ? "n" : "");
        lines.add(
            String.join(
                " ",
                prefix + name,
                type(leaf.getType()),
                leaf.getType().getDefaultValue().map(Object::toString).orElse("-"),
                flags.isEmpty() ? "-" : flags));
      } else if (node instanceof ContainerSchemaNode child) {
        collect(prefix + name + "/", child, lines);
      }
    }
  }

  private static Optional<Boolean> configStatement(DataSchemaNode node) {
    return ((EffectiveStatement<?, ?>) node)
        .findFirstEffectiveSubstatementArgument(ConfigEffectiveStatement.class);
  }

  /**
   * The mark is an extension that yangtools of this train does not know in NACM's newer revision.
   * It carries such a statement only in what was declared, not into the copy that {@code uses}
   * makes.
   */
  private static boolean denied(LeafSchemaNode leaf) {
    return ((EffectiveStatement<?, ?>) leaf)
        .getDeclared().declaredSubstatements().stream()
            .map(statement -> statement.statementDefinition().getStatementName())
            .anyMatch(
                name ->
                    name.getLocalName().equals("default-deny-all")
                        && name.getNamespace().equals(NACM));
  }

  /** The named type, looking through the nameless one that a leaf's own default makes of it. */
  private static String type(TypeDefinition<?> type) {
    TypeDefinition<?> named = type;
    while (named.getQName().getModule().equals(module.getQNameModule())) {
      named = named.getBaseType();
    }
    String name = named.getQName().getLocalName();
    return model
        .findModule(named.getQName().getModule())
        .map(home -> home.getName() + ":" + name)
        .orElse(name);
  }
}
