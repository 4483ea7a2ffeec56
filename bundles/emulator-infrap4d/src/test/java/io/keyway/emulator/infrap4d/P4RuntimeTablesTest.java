package io.keyway.emulator.infrap4d;

import static io.keyway.emulator.infrap4d.RawClient.details;
import static io.keyway.emulator.infrap4d.RawClient.ip;
import static io.keyway.emulator.infrap4d.RawClient.number;
import static io.keyway.emulator.infrap4d.RawClient.values;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.ByteString;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.keyway.emulator.infrap4d.program.LinuxNetworking;
import io.keyway.emulator.infrap4d.program.ProgramInfo;
import io.keyway.protocol.p4runtime.CapabilitiesRequest;
import io.keyway.protocol.p4runtime.CounterData;
import io.keyway.protocol.p4runtime.DirectCounterEntry;
import io.keyway.protocol.p4runtime.Entity;
import io.keyway.protocol.p4runtime.Error;
import io.keyway.protocol.p4runtime.ExternEntry;
import io.keyway.protocol.p4runtime.FieldMatch;
import io.keyway.protocol.p4runtime.GetForwardingPipelineConfigRequest;
import io.keyway.protocol.p4runtime.TableEntry;
import io.keyway.protocol.p4runtime.Update;
import io.keyway.protocol.p4runtime.WriteRequest;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Contract sections 3.2 to 3.4 and 3.7 over real gRPC. */
class P4RuntimeTablesTest extends OneDevice {
  private static final String SPD = LinuxNetworking.SPD;
  private static final String PROTECT = LinuxNetworking.PROTECT;

  @BeforeEach
  void lead() throws Exception {
    client.primary();
  }

  private Update spd(String destination, int protocol, long saidx) {
    return client.insert(SPD, values(ip(destination), number(protocol)), PROTECT, number(saidx));
  }

  private static Entity wildcard(int table) {
    return Entity.newBuilder().setTableEntry(TableEntry.newBuilder().setTableId(table)).build();
  }

  @Test
  void theIdsAreThoseOfThePublishedProgram() {
    assertThat(client.program().table(SPD).orElseThrow().id()).isEqualTo(47756035);
    assertThat(client.program().table("ipsec_tx_sa_classification_table").orElseThrow().id())
        .isEqualTo(45022218);
    assertThat(client.program().table(SPD).orElseThrow().counterId()).isEqualTo(330899638);
    assertThat(client.program().tables()).allSatisfy(t -> assertThat(t.size()).isEqualTo(1024));
  }

  @Test
  void anOffsetMovesEveryIdAndNothingElse() {
    var moved = ProgramInfo.withIdOffset(1000);
    assertThat(moved.getTablesList())
        .zipSatisfy(
            ProgramInfo.reference().getTablesList(),
            (other, original) -> {
              assertThat(other.getPreamble().getId())
                  .isEqualTo(original.getPreamble().getId() + 1000);
              assertThat(other.getPreamble().getName()).isEqualTo(original.getPreamble().getName());
              assertThat(other.getMatchFieldsList()).isEqualTo(original.getMatchFieldsList());
            });
    Update withOldIds = spd("10.0.0.2", 17, 5);
    device.pushPipeline(1000);
    RawClient fresh = bed.client(device);
    fresh.write(fresh.insert(SPD, values(ip("10.0.0.1"), number(17)), PROTECT, number(5)));
    assertThat(fresh.read(wildcard(47756035 + 1000))).hasSize(1);
    StatusRuntimeException old = client.writeFails(client.request(withOldIds));
    assertThat(details(old).get(0).getCanonicalCode()).isEqualTo(5);
  }

  @Test
  void aSecondInsertIsUnknownWithTheReasonInTheDetails() {
    client.write(spd("10.0.0.1", 17, 5));
    StatusRuntimeException failure = client.writeFails(client.request(spd("10.0.0.1", 17, 6)));
    assertThat(failure.getStatus().getCode()).isEqualTo(Status.Code.UNKNOWN);
    assertThat(failure.getStatus().getDescription())
        .isEqualTo("Duplicate table entry (may not be an error)");
    assertThat(details(failure)).extracting(Error::getCanonicalCode).containsExactly(6);
    assertThat(details(failure)).extracting(Error::getCode).containsExactly(505);
    TableEntry row = client.read(wildcard(47756035)).get(0).getTableEntry();
    assertThat(row.getAction().getAction().getParams(0).getValue())
        .as("the first insert stands")
        .isEqualTo(ByteString.copyFrom(new byte[] {0, 0, 5}));
  }

  @Test
  void detailsNameEveryUpdateInOrderAndTheGoodOnesAreDone() {
    client.write(spd("10.0.0.1", 17, 5));
    StatusRuntimeException failure =
        client.writeFails(
            client.request(
                spd("10.0.0.2", 17, 6),
                spd("10.0.0.1", 17, 7),
                client.update(
                    Update.Type.DELETE, SPD, values(ip("10.9.9.9"), number(6)), null, List.of()),
                client.update(
                    Update.Type.MODIFY,
                    SPD,
                    values(ip("10.9.9.9"), number(6)),
                    PROTECT,
                    values(number(1)))));
    assertThat(failure.getStatus().getCode()).isEqualTo(Status.Code.UNKNOWN);
    assertThat(failure.getStatus().getDescription())
        .isEqualTo("One or more write operations failed.");
    assertThat(details(failure)).extracting(Error::getCanonicalCode).containsExactly(0, 6, 5, 5);
    assertThat(client.read(wildcard(47756035))).as("no rollback").hasSize(2);
  }

  @Test
  void severalDuplicatesAreToldInThePlural() {
    client.write(spd("10.0.0.1", 17, 5), spd("10.0.0.2", 17, 5));
    StatusRuntimeException failure =
        client.writeFails(client.request(spd("10.0.0.1", 17, 5), spd("10.0.0.2", 17, 5)));
    assertThat(failure.getStatus().getDescription())
        .isEqualTo("Duplicate table entries (may not be an error)");
  }

  @Test
  void aTableTakes1024RowsAndNoMore() {
    for (int batch = 0; batch < 8; batch++) {
      int from = batch * 128;
      client.write(
          IntStream.range(from, from + 128)
              .mapToObj(i -> spd("10.0." + i / 256 + "." + i % 256, 6, 5))
              .toArray(Update[]::new));
    }
    StatusRuntimeException failure = client.writeFails(client.request(spd("10.8.0.1", 6, 5)));
    assertThat(details(failure)).extracting(Error::getCanonicalCode).containsExactly(8);
    assertThat(details(failure)).extracting(Error::getCode).containsExactly(500);
    assertThat(client.read(wildcard(47756035))).hasSize(1024);
    client.write(
        client.update(Update.Type.DELETE, SPD, values(ip("10.0.0.0"), number(6)), null, List.of()));
    client.write(spd("10.8.0.1", 6, 5));
  }

  @Test
  void valuesAreReadBackPaddedAndMissingFieldsAsZero() {
    client.write(
        client.insert(
            LinuxNetworking.TUNNEL,
            values(number(7), null),
            LinuxNetworking.SET_TUNNEL,
            number(7)));
    TableEntry row = client.read(wildcard(49349790)).get(0).getTableEntry();
    assertThat(row.getMatchList())
        .extracting(m -> m.getExact().getValue())
        .containsExactly(
            ByteString.copyFrom(new byte[] {0, 0, 7}), ByteString.copyFrom(new byte[] {0, 0}));
  }

  @Test
  void valuesThatAreTooLongLoseTheirLeadingOctetsSilently() {
    client.write(
        client.insert(
            SPD,
            values(ByteString.copyFrom(new byte[] {9, 9, 10, 0, 0, 1}), number(0x1111)),
            PROTECT,
            number(0x12345678L)));
    TableEntry row = client.read(wildcard(47756035)).get(0).getTableEntry();
    assertThat(row.getMatch(0).getExact().getValue())
        .isEqualTo(ByteString.copyFrom(new byte[] {10, 0, 0, 1}));
    assertThat(row.getMatch(1).getExact().getValue())
        .isEqualTo(ByteString.copyFrom(new byte[] {0x11}));
    assertThat(row.getAction().getAction().getParams(0).getValue())
        .isEqualTo(ByteString.copyFrom(new byte[] {0x34, 0x56, 0x78}));
  }

  @Test
  void onlyExactMatchesWithPriorityZero() {
    TableEntry good = spd("10.0.0.1", 17, 5).getEntity().getTableEntry();
    List<TableEntry> bad = new ArrayList<>();
    bad.add(good.toBuilder().setPriority(1).build());
    bad.add(
        good.toBuilder()
            .setMatch(
                0,
                FieldMatch.newBuilder()
                    .setFieldId(1)
                    .setLpm(FieldMatch.LPM.newBuilder().setValue(ip("10.0.0.0")).setPrefixLen(8)))
            .build());
    bad.add(
        good.toBuilder()
            .setMatch(
                0,
                FieldMatch.newBuilder()
                    .setFieldId(9)
                    .setExact(FieldMatch.Exact.newBuilder().setValue(ip("10.0.0.0"))))
            .build());
    bad.add(good.toBuilder().clearAction().build());
    bad.add(good.toBuilder().setIsDefaultAction(true).build());
    bad.add(
        good.toBuilder()
            .setAction(
                good.getAction().toBuilder()
                    .setAction(good.getAction().getAction().toBuilder().clearParams()))
            .build());
    bad.add(
        good.toBuilder()
            .setAction(
                good.getAction().toBuilder()
                    .setAction(good.getAction().getAction().toBuilder().setActionId(33177492)))
            .build());
    for (TableEntry entry : bad) {
      Update update =
          Update.newBuilder()
              .setType(Update.Type.INSERT)
              .setEntity(Entity.newBuilder().setTableEntry(entry))
              .build();
      StatusRuntimeException failure = client.writeFails(client.request(update));
      assertThat(failure.getStatus().getCode()).isEqualTo(Status.Code.UNKNOWN);
      assertThat(details(failure).get(0).getCanonicalCode()).as(entry.toString()).isEqualTo(3);
    }
    assertThat(client.read(wildcard(47756035))).isEmpty();
  }

  @Test
  void anActionForDefaultsOnlyIsRefusedInARow() {
    StatusRuntimeException failure =
        client.writeFails(
            client.request(
                client.insert(
                    LinuxNetworking.TUNNEL_TERM,
                    values(ip("10.9.0.2"), ip("10.9.0.1")),
                    "linux_networking_control.do_recirculate")));
    assertThat(details(failure).get(0).getCanonicalCode()).isEqualTo(3);
  }

  @Test
  void otherEntitiesAreNotImplemented() {
    Update update =
        Update.newBuilder()
            .setType(Update.Type.INSERT)
            .setEntity(
                Entity.newBuilder().setExternEntry(ExternEntry.newBuilder().setExternTypeId(1)))
            .build();
    StatusRuntimeException failure = client.writeFails(client.request(update));
    assertThat(details(failure).get(0).getCanonicalCode()).isEqualTo(12);
  }

  @Test
  void aDeleteMayCarryAStrayActionAndModifyChangesTheAction() {
    client.write(spd("10.0.0.1", 17, 5));
    client.write(
        client.update(
            Update.Type.MODIFY,
            SPD,
            values(ip("10.0.0.1"), number(17)),
            PROTECT,
            values(number(6))));
    assertThat(
            client
                .read(wildcard(47756035))
                .get(0)
                .getTableEntry()
                .getAction()
                .getAction()
                .getParams(0)
                .getValue())
        .isEqualTo(ByteString.copyFrom(new byte[] {0, 0, 6}));
    client.write(
        client.update(
            Update.Type.DELETE,
            SPD,
            values(ip("10.0.0.1"), number(17)),
            PROTECT,
            values(number(6))));
    assertThat(client.read(wildcard(47756035))).isEmpty();
  }

  @Test
  void readsTakeOneRowATableOrAll() {
    client.write(spd("10.0.0.1", 17, 5), spd("10.0.0.2", 17, 6));
    client.write(
        client.insert(
            LinuxNetworking.TUNNEL_TERM,
            values(ip("10.9.0.2"), ip("10.9.0.1")),
            LinuxNetworking.DECAP_TUNNEL));
    assertThat(client.read(wildcard(0))).hasSize(3);
    Entity one =
        Entity.newBuilder()
            .setTableEntry(
                spd("10.0.0.2", 17, 0).getEntity().getTableEntry().toBuilder().clearAction())
            .build();
    assertThat(client.read(one)).hasSize(1);
    Entity none =
        Entity.newBuilder()
            .setTableEntry(
                spd("10.0.0.3", 17, 0).getEntity().getTableEntry().toBuilder().clearAction())
            .build();
    assertThatThrownBy(() -> client.read(none))
        .isInstanceOfSatisfying(
            StatusRuntimeException.class,
            e -> assertThat(e.getStatus().getCode()).isEqualTo(Status.Code.NOT_FOUND));
  }

  @Test
  void directCountersExistOnTheTwoTransmitTablesOnly() {
    client.write(spd("10.0.0.1", 17, 5));
    device.device().transmit(Packets.udp("10.1.0.1", "10.0.0.1", "x"), false);
    Entity counters =
        Entity.newBuilder()
            .setDirectCounterEntry(
                DirectCounterEntry.newBuilder()
                    .setTableEntry(TableEntry.newBuilder().setTableId(47756035)))
            .build();
    CounterData data = client.read(counters).get(0).getDirectCounterEntry().getData();
    assertThat(data.getPacketCount()).isEqualTo(1);
    assertThat(data.getByteCount()).isEqualTo(29);
    Entity withData =
        Entity.newBuilder()
            .setTableEntry(
                TableEntry.newBuilder()
                    .setTableId(47756035)
                    .setCounterData(CounterData.getDefaultInstance()))
            .build();
    assertThat(client.read(withData).get(0).getTableEntry().getCounterData()).isEqualTo(data);
    Entity none =
        Entity.newBuilder()
            .setDirectCounterEntry(
                DirectCounterEntry.newBuilder()
                    .setTableEntry(TableEntry.newBuilder().setTableId(43475471)))
            .build();
    assertThatThrownBy(() -> client.read(none))
        .isInstanceOfSatisfying(
            StatusRuntimeException.class,
            e -> assertThat(e.getStatus().getCode()).isEqualTo(Status.Code.INVALID_ARGUMENT));
  }

  @Test
  void otherAtomicitiesAreRefused() {
    StatusRuntimeException failure =
        client.writeFails(
            client
                .request(spd("10.0.0.1", 17, 5))
                .setAtomicity(WriteRequest.Atomicity.ROLLBACK_ON_ERROR));
    assertThat(failure.getStatus().getCode()).isEqualTo(Status.Code.UNIMPLEMENTED);
  }

  @Test
  void withoutPipelineEverythingIsAFailedPrecondition() {
    Update update = spd("10.0.0.1", 17, 5);
    device.device().clearPipeline();
    assertThat(client.writeFails(client.request(update)).getStatus().getCode())
        .isEqualTo(Status.Code.FAILED_PRECONDITION);
    assertThatThrownBy(() -> client.read(wildcard(0)))
        .isInstanceOfSatisfying(
            StatusRuntimeException.class,
            e -> assertThat(e.getStatus().getCode()).isEqualTo(Status.Code.FAILED_PRECONDITION));
    assertThatThrownBy(
            () ->
                client
                    .p4()
                    .getForwardingPipelineConfig(
                        GetForwardingPipelineConfigRequest.newBuilder().setDeviceId(1).build()))
        .isInstanceOfSatisfying(
            StatusRuntimeException.class,
            e -> assertThat(e.getStatus().getCode()).isEqualTo(Status.Code.FAILED_PRECONDITION));
  }

  @Test
  void thePipelineIsToldInTheFourShapes() {
    for (GetForwardingPipelineConfigRequest.ResponseType type :
        List.of(
            GetForwardingPipelineConfigRequest.ResponseType.ALL,
            GetForwardingPipelineConfigRequest.ResponseType.P4INFO_AND_COOKIE,
            GetForwardingPipelineConfigRequest.ResponseType.COOKIE_ONLY)) {
      var config =
          client
              .p4()
              .getForwardingPipelineConfig(
                  GetForwardingPipelineConfigRequest.newBuilder()
                      .setDeviceId(1)
                      .setResponseType(type)
                      .build())
              .getConfig();
      assertThat(config.getCookie().getCookie()).isPositive();
      assertThat(config.hasP4Info())
          .isEqualTo(type != GetForwardingPipelineConfigRequest.ResponseType.COOKIE_ONLY);
    }
    assertThat(
            client
                .p4()
                .capabilities(CapabilitiesRequest.getDefaultInstance())
                .getP4RuntimeApiVersion())
        .startsWith("1.4");
  }

  @Test
  void aServerWithTheFlagForCanonicalReadsStripsLeadingZeros() throws Exception {
    Emulator other =
        bed.device(
            EmulatorConfig.onLoopback("b", "wire")
                .with(Quirks.DEFAULT.with(Quirk.PADDED_READS, false)));
    RawClient reader = bed.client(other);
    reader.primary();
    reader.write(
        reader.insert(
            LinuxNetworking.TUNNEL,
            values(number(7), null),
            LinuxNetworking.SET_TUNNEL,
            number(7)));
    TableEntry row = reader.read(wildcard(49349790)).get(0).getTableEntry();
    assertThat(row.getMatchList())
        .extracting(m -> m.getExact().getValue())
        .containsExactly(ByteString.copyFrom(new byte[] {7}), ByteString.copyFrom(new byte[] {0}));
    assertThat(row.getAction().getAction().getParams(0).getValue())
        .isEqualTo(ByteString.copyFrom(new byte[] {7}));
  }
}
