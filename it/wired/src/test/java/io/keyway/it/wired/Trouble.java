package io.keyway.it.wired;

import io.grpc.Status;
import io.keyway.emulator.infrap4d.program.LinuxNetworking;
import io.keyway.emulator.infrap4d.server.Fault;
import io.keyway.emulator.infrap4d.server.Fault.Effect;
import io.keyway.emulator.infrap4d.server.Fault.Operation;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Map;

/** What is done to the device, and how its tunnels name it. */
enum Trouble {
  HOLDS_FIND_THE_TABLE_FULL(false, "ipsec_tx_sa_classification_table", "full") {
    @Override
    void begin(FaultsIT test) {
      test.fill(LinuxNetworking.TX_SA_CLASSIFICATION);
    }

    @Override
    void end(FaultsIT test) {
      test.unfill(LinuxNetworking.TX_SA_CLASSIFICATION);
    }
  },
  SAS_FIND_THE_TABLE_FULL(false, "ipsec_tunnel_encap_mod_table", "full") {
    @Override
    void begin(FaultsIT test) {
      test.fill(LinuxNetworking.TUNNEL_ENCAP_MOD);
    }

    @Override
    void end(FaultsIT test) {
      test.unfill(LinuxNetworking.TUNNEL_ENCAP_MOD);
    }
  },
  ROW_OF_SOMEBODY_ELSE(false, "ipsec_spd", "exists") {
    @Override
    Map<String, String> settings() {
      return Map.of("claim-tables", "false");
    }

    @Override
    void begin(FaultsIT test) {
      test.strangersRow();
    }

    @Override
    void end(FaultsIT test) {
      test.bad
          .device
          .device()
          .table(
              LinuxNetworking.SPD,
              t -> t.rows().removeIf(r -> r.action().name().contains("bypass")));
    }
  },
  HARDWARE_ERROR(false, "hardware says 23") {
    @Override
    void begin(FaultsIT test) {
      test.fault(
          Fault.of(Operation.TABLE_WRITE, Effect.FAIL, 0)
              .on(LinuxNetworking.RX_SA_CLASSIFICATION)
              .with(Status.Code.INTERNAL, "hardware says 23"));
    }
  },
  UNKNOWN_WITH_DETAILS(false, "inbound", "refused by infrap4d") {
    @Override
    void begin(FaultsIT test) {
      test.fault(
          Fault.of(Operation.SAD_INSERT, Effect.FAIL, 0)
              .with(Status.Code.UNKNOWN, "One or more write operations failed"));
    }
  },
  LOST_ANSWER_OF_OUTBOUND_INSERTS(false, "outbound", "answer") {
    @Override
    Map<String, String> settings() {
      return Map.of("rpc-timeout", "500");
    }

    @Override
    void begin(FaultsIT test) {
      test.fault(Fault.of(Operation.SAD_INSERT, Effect.LOSE_ANSWER, 0).only(Fault.Sa.OUTBOUND));
    }
  },
  NO_PIPELINE(true, "pipeline") {
    @Override
    void begin(FaultsIT test) throws IOException {
      test.bad.device.restart(false, 0);
    }

    @Override
    void end(FaultsIT test) {
      test.bad.device.pushPipeline(0);
    }
  },
  LOST_PRIMARY(true, "leads role") {
    @Override
    void begin(FaultsIT test) throws Exception {
      test.rival = test.bad.contact("rival", Map.of("election-priority", "9"));
      test.rival.start();
      Await.until(
          "the rival leads",
          Site.SOON,
          () -> test.rival.status().ready(),
          () -> test.rival.status());
    }

    @Override
    void end(FaultsIT test) throws IOException {
      test.rival.close();
      // A role remembers the highest election id for as long as the device lives.
      test.bad.device.restart(true, 0);
    }
  },
  LATENCY(true, "") {
    @Override
    void begin(FaultsIT test) {
      for (Operation operation :
          List.of(Operation.SAD_INSERT, Operation.SAD_DELETE, Operation.TABLE_WRITE)) {
        test.fault(Fault.of(operation, Effect.DELAY, 0).delayed(500));
      }
    }
  },
  CERTIFICATE_EXPIRED(true, "expired") {
    @Override
    boolean tls() {
      return true;
    }

    @Override
    void begin(FaultsIT test) throws Exception {
      test.certificates.renew(Duration.ofDays(-1));
      // The connection that stands was made with the old one.
      test.bad.device.setReachable(false);
      test.bad.device.setReachable(true);
    }

    @Override
    void end(FaultsIT test) throws Exception {
      test.certificates.renew(Duration.ofDays(1));
    }
  };

  final boolean afterUp;
  final String[] words;

  /**
   * @param afterUp comes when the tunnels are up; else before they are configured
   * @param words what the status of a tunnel says, in any case
   */
  Trouble(boolean afterUp, String... words) {
    this.afterUp = afterUp;
    this.words = words;
  }

  boolean tls() {
    return false;
  }

  Map<String, String> settings() {
    return Map.of();
  }

  abstract void begin(FaultsIT test) throws Exception;

  void end(FaultsIT test) throws Exception {
    test.bad.device.faults().clear();
  }
}
