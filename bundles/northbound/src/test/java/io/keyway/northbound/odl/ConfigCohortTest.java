package io.keyway.northbound.odl;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.keyway.api.intent.IntentObject;
import io.keyway.northbound.Odl;
import io.keyway.northbound.Samples;
import io.keyway.northbound.config.EntryKind;
import io.keyway.northbound.config.EntryRef;
import io.keyway.northbound.rules.Problem;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.function.Consumer;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.opendaylight.mdsal.common.api.DataValidationFailedException;
import org.opendaylight.mdsal.common.api.PostCanCommitStep;
import org.opendaylight.mdsal.dom.api.DOMDataTreeCandidate;
import org.opendaylight.mdsal.dom.api.DOMDataTreeIdentifier;
import org.opendaylight.yangtools.yang.data.api.YangInstanceIdentifier;
import org.opendaylight.yangtools.yang.data.api.YangInstanceIdentifier.NodeIdentifier;
import org.opendaylight.yangtools.yang.data.api.schema.NormalizedNode;
import org.opendaylight.yangtools.yang.data.spi.node.ImmutableNodes;
import org.opendaylight.yangtools.yang.data.tree.api.DataTree;
import org.opendaylight.yangtools.yang.data.tree.api.DataTreeCandidate;
import org.opendaylight.yangtools.yang.data.tree.api.DataTreeCandidateNode;
import org.opendaylight.yangtools.yang.data.tree.api.DataTreeConfiguration;
import org.opendaylight.yangtools.yang.data.tree.api.DataTreeModification;
import org.opendaylight.yangtools.yang.data.tree.impl.di.InMemoryDataTreeFactory;

/** References at every level of a write, on a real data tree. */
class ConfigCohortTest {

  private final EntryCodec codec = new EntryCodec(Odl.MODEL);
  private DataTree tree;

  @BeforeEach
  void aWorkingConfiguration() throws Exception {
    tree =
        new InMemoryDataTreeFactory()
            .create(DataTreeConfiguration.DEFAULT_CONFIGURATION, Odl.MODEL);
    DataTreeCandidate candidate =
        prepare(
            m -> {
              put(m, Samples.plane("ipu-1"));
              put(m, Samples.ikePolicy("p", Optional.of(Samples.psk("s"))));
              put(m, Samples.childPolicy("c"));
              put(m, Samples.gateway("g", "p", Optional.of("ipu-1")));
              put(m, Samples.tunnel("t", "g", "c"));
            });
    assertThat(check(candidate)).isEmpty();
    tree.commit(candidate);
  }

  @Test
  void aLeafThatNamesNothingIsRefused() throws Exception {
    YangInstanceIdentifier leaf =
        ConfigPaths.entry(new EntryRef(EntryKind.TUNNEL, "t")).node(ConfigPaths.name("gateway"));
    assertRefused(
        m -> m.write(leaf, ImmutableNodes.leafNode(ConfigPaths.name("gateway"), "nobody")),
        "tunnels/tunnel=t/gateway",
        "there is no gateway 'nobody'");
  }

  @Test
  void anEntryThatNamesNothingIsRefused() throws Exception {
    assertRefused(
        m -> put(m, Samples.tunnel("u", "g", "nothing")),
        "tunnels/tunnel=u/child-policy",
        "there is no child-policy 'nothing'");
    assertRefused(
        m -> put(m, Samples.gateway("h", "nothing", Optional.empty())),
        "gateways/gateway=h/ike-policy",
        "there is no ike-policy 'nothing'");
    assertRefused(
        m -> put(m, Samples.gateway("h", "p", Optional.of("ipu-9"))),
        "gateways/gateway=h/data-plane",
        "there is no data-plane 'ipu-9'");
    assertRefused(
        m -> put(m, Samples.staticPolicy("s", Optional.of("ipu-9"))),
        "policies/policy=s/data-plane",
        "there is no data-plane 'ipu-9'");
  }

  @Test
  void aListThatNamesNothingIsRefused() throws Exception {
    assertRefused(
        m ->
            m.write(
                path(EntryKind.TUNNEL),
                container(EntryKind.TUNNEL, Samples.tunnel("u", "nobody", "c"))),
        "tunnels/tunnel=u/gateway",
        "there is no gateway 'nobody'");
  }

  @Test
  void aWholeConfigurationThatNamesNothingIsRefused() throws Exception {
    NormalizedNode whole =
        ImmutableNodes.newContainerBuilder()
            .withNodeIdentifier(NodeIdentifier.create(ConfigPaths.IPSEC_NAME))
            .withChild(
                (org.opendaylight.yangtools.yang.data.api.schema.ContainerNode)
                    container(EntryKind.TUNNEL, Samples.tunnel("u", "nobody", "c")))
            .build();
    assertRefused(
        m -> m.write(ConfigPaths.IPSEC, whole),
        "tunnels/tunnel=u/gateway",
        "there is no gateway 'nobody'");
  }

  @Test
  void whatIsInUseIsNotDeletedAtAnyLevel() throws Exception {
    assertRefused(
        m -> m.delete(ConfigPaths.entry(new EntryRef(EntryKind.GATEWAY, "g"))),
        "tunnels/tunnel=t/gateway",
        "there is no gateway 'g'");
    assertRefused(
        m -> m.delete(path(EntryKind.CHILD_POLICY)),
        "tunnels/tunnel=t/child-policy",
        "there is no child-policy 'c'");
    assertRefused(
        m -> m.delete(path(EntryKind.IKE_POLICY)),
        "gateways/gateway=g/ike-policy",
        "there is no ike-policy 'p'");
    assertRefused(
        m -> m.delete(path(EntryKind.DATA_PLANE)),
        "gateways/gateway=g/data-plane",
        "there is no data-plane 'ipu-1'");
  }

  @Test
  void whatGoesTogetherWithItsUsersMayGo() throws Exception {
    assertThat(check(prepare(m -> m.delete(ConfigPaths.IPSEC)))).isEmpty();
    assertThat(
            check(
                prepare(
                    m -> {
                      m.delete(path(EntryKind.TUNNEL));
                      m.delete(path(EntryKind.GATEWAY));
                    })))
        .isEmpty();
  }

  @Test
  void aPolicyMayNotLoseTheAuthenticationThatAGatewayNeeds() throws Exception {
    assertRefused(
        m -> put(m, Samples.ikePolicy("p", Optional.empty())),
        "gateways/gateway=g/authentication",
        "says how to authenticate");
  }

  @Test
  void aSecondDataPlaneMayNotMakeSilenceAmbiguous() throws Exception {
    DataTreeCandidate silent = prepare(m -> put(m, Samples.gateway("g", "p", Optional.empty())));
    assertThat(check(silent)).isEmpty();
    tree.commit(silent);
    assertRefused(
        m -> put(m, Samples.plane("ipu-2")),
        "gateways/gateway=g/data-plane",
        "no data-plane is named, and of 2 it could be any");
  }

  @Test
  void anEntryWithoutSenseIsRefused() throws Exception {
    YangInstanceIdentifier leaf =
        ConfigPaths.entry(new EntryRef(EntryKind.CHILD_POLICY, "c"))
            .node(ConfigPaths.name("life-time"));
    assertRefused(
        m ->
            m.write(
                leaf,
                ImmutableNodes.leafNode(
                    ConfigPaths.name("life-time"),
                    org.opendaylight.yangtools.yang.common.Uint32.TEN)),
        "child-policies/child-policy=c/life-time",
        "must be larger than rekey-time");
  }

  @Test
  void theDatastoreIsToldPathAndReason() throws Exception {
    DataTreeCandidate bad = prepare(m -> put(m, Samples.tunnel("u", "nobody", "c")));
    var answer =
        new ConfigCohort(io.keyway.northbound.rules.PlaneRules.NONE)
            .canCommit("tx", Odl.MODEL, List.of(candidate(root(bad).orElseThrow())));
    assertThatExceptionOfType(ExecutionException.class)
        .isThrownBy(answer::get)
        .withCauseInstanceOf(DataValidationFailedException.class)
        .withMessageContaining(
            "/keyway-ipsec:ipsec/tunnels/tunnel=u/gateway: there is no gateway 'nobody'");
    DataTreeCandidate good = prepare(m -> put(m, Samples.tunnel("u", "g", "c")));
    assertThat(
            new ConfigCohort(io.keyway.northbound.rules.PlaneRules.NONE)
                .canCommit("tx", Odl.MODEL, List.of(candidate(root(good).orElseThrow())))
                .get())
        .isEqualTo(PostCanCommitStep.NOOP);
  }

  private void assertRefused(Consumer<DataTreeModification> change, String path, String reason)
      throws Exception {
    assertThat(check(prepare(change)))
        .hasValueSatisfying(
            problem -> {
              assertThat(problem.path()).isEqualTo(path);
              assertThat(problem.reason()).contains(reason);
            });
  }

  private DataTreeCandidate prepare(Consumer<DataTreeModification> change) throws Exception {
    DataTreeModification modification = tree.takeSnapshot().newModification();
    change.accept(modification);
    modification.ready();
    tree.validate(modification);
    return tree.prepare(modification);
  }

  private static Optional<Problem> check(DataTreeCandidate candidate) {
    return root(candidate)
        .flatMap(new ConfigCohort(io.keyway.northbound.rules.PlaneRules.NONE)::check);
  }

  private static Optional<DataTreeCandidateNode> root(DataTreeCandidate candidate) {
    return candidate.getRootNode().findModifiedChild(NodeIdentifier.create(ConfigPaths.IPSEC_NAME));
  }

  private void put(DataTreeModification modification, IntentObject value) {
    modification.write(ConfigPaths.entry(EntryRef.of(value)), codec.encode(value));
  }

  private static YangInstanceIdentifier path(EntryKind kind) {
    return ConfigPaths.IPSEC.node(ConfigPaths.container(kind));
  }

  private NormalizedNode container(EntryKind kind, IntentObject value) {
    return ImmutableNodes.newContainerBuilder()
        .withNodeIdentifier(ConfigPaths.container(kind))
        .withChild(
            ImmutableNodes.newSystemMapBuilder()
                .withNodeIdentifier(ConfigPaths.list(kind))
                .withChild(codec.encode(value))
                .build())
        .build();
  }

  private static DOMDataTreeCandidate candidate(DataTreeCandidateNode node) {
    return new DOMDataTreeCandidate() {
      @Override
      public DOMDataTreeIdentifier getRootPath() {
        return ConfigPaths.IPSEC_CONFIG;
      }

      @Override
      public DataTreeCandidateNode getRootNode() {
        return node;
      }
    };
  }
}
