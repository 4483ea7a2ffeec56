package io.keyway.yang.ipsec;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.fail;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.opendaylight.yangtools.yang.model.api.ChoiceSchemaNode;
import org.opendaylight.yangtools.yang.model.api.DataNodeContainer;
import org.opendaylight.yangtools.yang.model.api.DataSchemaNode;
import org.opendaylight.yangtools.yang.model.api.EffectiveModelContext;
import org.opendaylight.yangtools.yang.model.api.Module;
import org.opendaylight.yangtools.yang.test.util.YangParserTestUtils;

/** What people and other tools rely on in the northbound model. */
class KeywayModelTest {

  private static final List<String> MODULES =
      List.of(
          "keyway-ipsec@2026-11-22.yang",
          "ietf-inet-types@2013-07-15.yang",
          "ietf-yang-types@2013-07-15.yang",
          "ietf-netconf-acm@2018-02-14.yang");

  private static Module module;

  @TempDir Path directory;

  @BeforeAll
  static void parse() {
    EffectiveModelContext model =
        YangParserTestUtils.parseYangResources(
            KeywayModelTest.class, MODULES.stream().map(name -> "/META-INF/yang/" + name).toList());
    module = model.findModules("keyway-ipsec").iterator().next();
  }

  @Test
  void yanglintAcceptsTheModule() throws Exception {
    for (String name : MODULES) {
      try (InputStream in = getClass().getResourceAsStream("/META-INF/yang/" + name)) {
        Files.copy(in, directory.resolve(name));
      }
    }
    Process yanglint =
        start("yanglint", "-p", directory.toString(), directory.resolve(MODULES.get(0)).toString());
    String printed = new String(yanglint.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(yanglint.waitFor(30, TimeUnit.SECONDS)).isTrue();
    assertThat(yanglint.exitValue()).as(printed).isZero();
    assertThat(printed).isEmpty();
  }

  private static Process start(String... command) {
    try {
      return new ProcessBuilder(command).redirectErrorStream(true).start();
    } catch (IOException e) {
      return fail("yanglint is missing; install the Debian package libyang2-tools", e);
    }
  }

  @Test
  void everyNodeSaysWhatItIs() {
    List<String> silent = new ArrayList<>();
    nodes(module).forEach(node -> describe(node, silent));
    module
        .getRpcs()
        .forEach(
            rpc -> {
              nodes(rpc.getInput()).forEach(n -> describe(n, silent));
              nodes(rpc.getOutput()).forEach(n -> describe(n, silent));
            });
    module
        .getNotifications()
        .forEach(notification -> nodes(notification).forEach(n -> describe(n, silent)));
    assertThat(silent).isEmpty();
  }

  private static void describe(DataSchemaNode node, List<String> silent) {
    if (node.getDescription().isEmpty()) {
      silent.add(node.getQName().getLocalName());
    }
  }

  @Test
  void theListsHaveTheNamesOfTheCnrConfiguration() {
    DataNodeContainer ipsec = (DataNodeContainer) child(module, "ipsec");
    assertThat(ipsec.getChildNodes())
        .extracting(n -> n.getQName().getLocalName())
        .containsExactlyInAnyOrder(
            "ike-policies",
            "child-policies",
            "pools",
            "gateways",
            "tunnels",
            "policies",
            "data-planes",
            "state");
    assertThat(names(child(ipsec, "ike-policies", "ike-policy")))
        .contains(
            "name",
            "ike-version",
            "proposals",
            "rekey-time",
            "mobike",
            "nat-traversal",
            "authentication");
    assertThat(names(child(ipsec, "gateways", "gateway")))
        .contains("ike-policy", "local-address", "remote-address", "connection-type");
    assertThat(names(child(ipsec, "tunnels", "tunnel")))
        .contains("gateway", "child-policy", "enable");
  }

  @Test
  void theStateCannotBeWritten() {
    DataSchemaNode state = child(module, "ipsec", "state");
    assertThat(state.effectiveConfig()).contains(false);
    assertThat(child(state, "tunnels", "tunnel").effectiveConfig()).contains(false);
  }

  @Test
  void noConfigurationAndNoStateHoldsASecret() {
    assertThat(nodes((DataNodeContainer) child(module, "ipsec")))
        .extracting(n -> n.getQName().getLocalName())
        .doesNotContain("pre-shared-key-value", "key", "password", "psk", "text", "octets");
  }

  @Test
  void operationsAndNotificationsAreComplete() {
    assertThat(module.getRpcs())
        .extracting(r -> r.getQName().getLocalName())
        .containsExactlyInAnyOrder(
            "initiate",
            "terminate",
            "rekey",
            "redirect",
            "move",
            "reconcile",
            "reserve-spi",
            "load",
            "put-secret",
            "delete-secret",
            "list-secrets");
    assertThat(module.getNotifications())
        .extracting(n -> n.getQName().getLocalName())
        .containsExactlyInAnyOrder(
            "tunnel-up",
            "tunnel-down",
            "tunnel-rekeyed",
            "sa-expired",
            "data-plane-up",
            "data-plane-down",
            "data-plane-restarted",
            "authentication-failed");
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

  private static List<String> names(DataSchemaNode node) {
    return ((DataNodeContainer) node)
        .getChildNodes().stream().map(n -> n.getQName().getLocalName()).toList();
  }

  /** All data nodes below, through choices and cases. */
  private static List<DataSchemaNode> nodes(DataNodeContainer container) {
    List<DataSchemaNode> found = new ArrayList<>();
    for (DataSchemaNode node : container.getChildNodes()) {
      found.add(node);
      if (node instanceof DataNodeContainer child) {
        found.addAll(nodes(child));
      } else if (node instanceof ChoiceSchemaNode choice) {
        choice.getCases().forEach(c -> found.addAll(nodes(c)));
      }
    }
    return found;
  }
}
