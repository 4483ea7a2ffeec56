package io.keyway.northbound.odl;

import static org.assertj.core.api.Assertions.assertThat;

import io.keyway.api.sp.PolicyAction;
import io.keyway.api.tunnel.TunnelStatus;
import io.keyway.northbound.Odl;
import io.keyway.northbound.States;
import io.keyway.northbound.state.Row;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.opendaylight.mdsal.common.api.LogicalDatastoreType;
import org.opendaylight.mdsal.dom.api.DOMDataBroker;
import org.opendaylight.yangtools.yang.data.api.schema.NormalizedNode;

/** The state tree as RESTCONF would print it. */
class MdsalStateSinkTest {

  private final DOMDataBroker broker = Odl.domBroker();
  private final MdsalStateSink sink = new MdsalStateSink(Odl.bindingBroker(broker));

  private static final List<Row> ALL =
      List.of(
          new Row.ProblemRow("tunnels/tunnel=x", "gateway: there is none"),
          new Row.TunnelRow(States.tunnel("t", TunnelStatus.Phase.PARTIAL, "SCTP is not covered")),
          new Row.IkeRow("ike-native", States.ike("ike-1", States.child("c-1"))),
          new Row.ChildRow("ike-1", States.child("c-1")),
          new Row.PolicyRow(States.policy(States.protect())),
          new Row.PlaneRow(
              "ipu-1",
              "infrap4d",
              States.planeStatus().reason(),
              Optional.of(States.planeStatus()),
              Optional.of(States.capabilities())),
          new Row.PlaneRow("ipu-2", "vrouter", "no service", Optional.empty(), Optional.empty()),
          new Row.EngineRow("ike-native", 1, 1, Map.of("ike-established-initiator", 1L)));

  @Test
  void everyRowIsShownInFull() throws Exception {
    write(true, ALL, List.of());
    String json = json();
    assertThat(json)
        .contains(
            "\"version\":\"4\"",
            "{\"entry\":\"tunnels/tunnel=x\",\"reason\":\"gateway: there is none\"}",
            "\"status\":\"partial\"",
            "\"reason\":\"SCTP is not covered\"",
            "\"since\":\"2026-11-22T12:00:00.123Z\"",
            "\"outbound\":{\"bytes\":\"700\",\"packets\":\"7\"}",
            "\"inbound\":{\"packets\":\"5\"}",
            "\"initiator-spi\":\"0x1122334455667788\"",
            "\"responder-spi\":\"0x8877665544332211\"",
            "\"proposal\":\"aes256gcm16-prfsha384-ecp384\"",
            "\"ppk-id\":\"ppk-1@example.org\"",
            "\"mobike\":true",
            "\"crash-detection\":false",
            "\"resumed\":true",
            "\"ticket-until\":\"2026-11-22T12:00:00.123Z\"",
            "\"spi-in\":\"0xc1234567\"",
            "\"spi-out\":\"0xc7654321\"",
            "\"index\":\"2311527\"",
            "\"selectors\":[\"10.1.0.5/32[17] === 10.2.0.5/32[17]\"]",
            "\"action\":\"protect\"",
            "\"problem\":\"the device is down\"",
            "\"connection\":\"no-pipeline\"",
            "\"table\":[{\"free\":\"1022\",\"name\":\"ipsec_tx_sa\",\"used\":\"2\"}]",
            "\"held-traffic\":{\"bytes\":\"300\",\"packets\":\"3\"}",
            "\"spis\":{\"leaked\":\"1\",\"leased\":\"4\",\"pooled\":\"2\"}",
            "\"exposure\":{\"length\":\"120\",\"open\":false,\"since\":",
            "\"warning\":[\"tls/certificate-file x expires soon\"]",
            "\"selectors\":\"destination-host-and-protocol\"",
            "\"connection\":\"down\"",
            "\"counter\":[{\"name\":\"ike-established-initiator\",\"value\":\"1\"}]");
  }

  @Test
  void everyActionOfAPolicyHasItsName() throws Exception {
    Map<PolicyAction, String> names =
        Map.of(
            new PolicyAction.Hold(),
            "hold",
            new PolicyAction.Trap(),
            "trap",
            new PolicyAction.Bypass(),
            "bypass",
            new PolicyAction.Discard(),
            "discard");
    for (Map.Entry<PolicyAction, String> name : names.entrySet()) {
      write(true, List.of(new Row.PolicyRow(States.policy(name.getKey()))), List.of());
      assertThat(json()).contains("\"action\":\"" + name.getValue() + "\"");
    }
  }

  @Test
  void everyPhaseOfATunnelHasItsName() throws Exception {
    for (TunnelStatus.Phase phase : TunnelStatus.Phase.values()) {
      write(true, List.of(new Row.TunnelRow(States.tunnel("t", phase, ""))), List.of());
      assertThat(json()).contains("\"status\":\"" + phase.name().toLowerCase() + "\"");
    }
    assertThat(json()).containsPattern("\"acquires\":\"?41\"?");
  }

  @Test
  void whatIsGoneIsTakenAway() throws Exception {
    write(true, ALL, List.of());
    write(false, List.of(), ALL);
    assertThat(json()).doesNotContain("ipu-1", "ike-1", "c-1", "\"t\"", "tunnel=x");
  }

  @Test
  void aRowThatCannotBeShownTakesNoOtherWithIt() throws Exception {
    Row bad = new Row.TunnelRow(States.tunnel("no such name!", TunnelStatus.Phase.UP, ""));
    write(true, List.of(bad, ALL.get(7)), List.of());
    assertThat(json()).contains("ike-established-initiator").doesNotContain("no such");
  }

  @Test
  void nothingIsLeftWhenNobodyKeepsItAnyMore() throws Exception {
    write(true, ALL, List.of());
    sink.clear().toCompletableFuture().get(10, TimeUnit.SECONDS);
    assertThat(read()).isEmpty();
  }

  private void write(boolean clear, List<Row> changed, List<Row> gone) throws Exception {
    sink.write(clear, 4, changed, gone).toCompletableFuture().get(10, TimeUnit.SECONDS);
  }

  private Optional<NormalizedNode> read() throws Exception {
    return broker
        .newReadOnlyTransaction()
        .read(LogicalDatastoreType.OPERATIONAL, ConfigPaths.IPSEC)
        .get();
  }

  private String json() throws Exception {
    return Odl.json(Odl.MODEL, read().orElseThrow());
  }
}
