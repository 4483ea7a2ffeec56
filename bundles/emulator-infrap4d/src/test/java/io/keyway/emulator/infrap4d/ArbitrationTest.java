package io.keyway.emulator.infrap4d;

import static io.keyway.emulator.infrap4d.RawClient.ip;
import static io.keyway.emulator.infrap4d.RawClient.number;
import static io.keyway.emulator.infrap4d.RawClient.values;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.ByteString;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.keyway.emulator.infrap4d.program.LinuxNetworking;
import io.keyway.emulator.infrap4d.program.ProgramInfo;
import io.keyway.protocol.p4runtime.Entity;
import io.keyway.protocol.p4runtime.ForwardingPipelineConfig;
import io.keyway.protocol.p4runtime.MasterArbitrationUpdate;
import io.keyway.protocol.p4runtime.Role;
import io.keyway.protocol.p4runtime.SetForwardingPipelineConfigRequest;
import io.keyway.protocol.p4runtime.TableEntry;
import io.keyway.protocol.p4runtime.Uint128;
import io.keyway.protocol.p4runtime.Update;
import io.keyway.protocol.p4runtime.WriteRequest;
import io.keyway.protocol.p4runtime.stratum.P4RoleConfig;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Contract sections 3.5 and 3.6 over real gRPC. */
class ArbitrationTest extends OneDevice {
  private static final int SPD = 47756035;
  private static final int OK = 0;
  private static final int NOT_FOUND = 5;
  private static final int ALREADY_EXISTS = 6;

  private Update row() {
    return client.insert(
        LinuxNetworking.SPD, values(ip("10.0.0.1"), number(17)), LinuxNetworking.BYPASS);
  }

  private static MasterArbitrationUpdate update(String role, long high, P4RoleConfig config) {
    Role.Builder built = Role.newBuilder().setName(role);
    if (config != null) {
      built.setConfig(RawClient.packed(config));
    }
    return MasterArbitrationUpdate.newBuilder()
        .setDeviceId(1)
        .setElectionId(Uint128.newBuilder().setHigh(high))
        .setRole(built)
        .build();
  }

  private static Status.Code code(Throwable t) {
    return Status.fromThrowable(t).getCode();
  }

  private Status.Code writeCode(WriteRequest.Builder request) {
    try {
      client.p4().write(request.build());
      return Status.Code.OK;
    } catch (StatusRuntimeException e) {
      return e.getStatus().getCode();
    }
  }

  @Test
  void theHighestElectionIdIsPrimaryAndEverybodyIsTold() throws Exception {
    RawClient.Stream first = client.stream().arbitrate("r", 10);
    assertThat(first.arbitration().getStatus().getCode()).isEqualTo(OK);
    RawClient.Stream lower = client.stream().arbitrate("r", 5);
    MasterArbitrationUpdate backup = lower.arbitration();
    assertThat(backup.getStatus().getCode()).isEqualTo(ALREADY_EXISTS);
    assertThat(backup.getElectionId().getHigh()).as("the primary's").isEqualTo(10);
    RawClient.Stream higher = client.stream().arbitrate("r", 20);
    assertThat(higher.arbitration().getStatus().getCode()).isEqualTo(OK);
    assertThat(first.arbitration().getStatus().getCode()).isEqualTo(ALREADY_EXISTS);
    assertThat(lower.arbitration().getStatus().getCode()).isEqualTo(ALREADY_EXISTS);

    higher.close();
    MasterArbitrationUpdate orphaned = first.arbitration();
    assertThat(orphaned.getStatus().getCode()).as("no primary any more").isEqualTo(NOT_FOUND);
    assertThat(orphaned.getElectionId().getHigh()).as("the id is remembered").isEqualTo(20);
    assertThat(lower.arbitration().getStatus().getCode()).isEqualTo(NOT_FOUND);
    first.arbitrate("r", 20);
    assertThat(first.arbitration().getStatus().getCode()).isEqualTo(OK);
  }

  @Test
  void rolesDoNotDisturbEachOther() throws Exception {
    assertThat(client.stream().arbitrate("ovs", 100).arbitration().getStatus().getCode())
        .isEqualTo(OK);
    assertThat(client.stream().arbitrate("ipsec", 1).arbitration().getStatus().getCode())
        .isEqualTo(OK);
  }

  @Test
  void badArbitrationEndsTheStream() throws Exception {
    RawClient.Stream taken = client.stream().arbitrate("r", 7);
    taken.arbitration();
    assertThat(client.stream().arbitrate("r", 7).end().getCode())
        .as("election id in use")
        .isEqualTo(Status.Code.INVALID_ARGUMENT);
    assertThat(client.stream().arbitrate("r", 0).end().getCode())
        .as("election id 0")
        .isEqualTo(Status.Code.INVALID_ARGUMENT);
    assertThat(
            client.stream()
                .arbitrate(update("r", 8, null).toBuilder().setDeviceId(0).build())
                .end()
                .getCode())
        .isEqualTo(Status.Code.INVALID_ARGUMENT);
    assertThat(
            client.stream()
                .arbitrate(update("r", 8, null).toBuilder().setDeviceId(9).build())
                .end()
                .getCode())
        .isEqualTo(Status.Code.NOT_FOUND);
    assertThat(
            client.stream()
                .arbitrate(update("", 8, P4RoleConfig.getDefaultInstance()))
                .end()
                .getCode())
        .as("a config for the default role")
        .isEqualTo(Status.Code.INVALID_ARGUMENT);
    assertThat(taken.arbitrate("other", 7).end().getCode())
        .as("another role on the same stream")
        .isEqualTo(Status.Code.FAILED_PRECONDITION);
  }

  @Test
  void fiveStreamsFillTheDeviceAndBlockTheirOwnNextArbitration() throws Exception {
    List<RawClient.Stream> streams = new ArrayList<>();
    for (int i = 1; i <= 5; i++) {
      RawClient.Stream stream = client.stream().arbitrate("r", i);
      stream.arbitration();
      streams.add(stream);
    }
    assertThat(client.stream().arbitrate("r", 6).end().getCode())
        .isEqualTo(Status.Code.RESOURCE_EXHAUSTED);
    RawClient.Stream oldest = streams.get(0);
    oldest.events.clear();
    assertThat(oldest.arbitrate("r", 9).end().getCode()).isEqualTo(Status.Code.RESOURCE_EXHAUSTED);
    assertThat(client.stream().arbitrate("r", 10).arbitration().getStatus().getCode())
        .as("that one's place is free now")
        .isEqualTo(OK);
  }

  @Test
  void twentyStreamsAreTheLimitOfTheServer() throws Exception {
    List<RawClient.Stream> idle = new ArrayList<>();
    for (int i = 0; i < 20; i++) {
      idle.add(client.stream());
    }
    while (device.server().streams() < 20) {
      Thread.onSpinWait();
    }
    assertThat(client.stream().end().getCode()).isEqualTo(Status.Code.RESOURCE_EXHAUSTED);
    assertThat(idle).hasSize(20);
  }

  @Test
  void onlyThePrimaryOfAKnownRoleWrites() throws Exception {
    assertThat(writeCode(client.request(row()))).as("nobody came").isEqualTo(Status.Code.NOT_FOUND);
    client.stream().arbitrate(RawClient.ROLE, 5).arbitration();
    WriteRequest.Builder request = client.request(row());
    assertThat(writeCode(request.setElectionId(Uint128.newBuilder().setHigh(4))))
        .isEqualTo(Status.Code.PERMISSION_DENIED);
    assertThat(writeCode(request.clearElectionId())).isEqualTo(Status.Code.INVALID_ARGUMENT);
    assertThat(writeCode(request.setDeviceId(0))).isEqualTo(Status.Code.INVALID_ARGUMENT);
    assertThat(writeCode(request.setDeviceId(2))).isEqualTo(Status.Code.NOT_FOUND);
    request.setDeviceId(1).setElectionId(Uint128.newBuilder().setHigh(5));
    assertThat(writeCode(request.setRole("unknown"))).isEqualTo(Status.Code.NOT_FOUND);
    assertThat(writeCode(request.setRole(RawClient.ROLE))).isEqualTo(Status.Code.OK);
  }

  @Test
  void aWriteWithoutRoleIsTakenFromAnybodyOnceSomebodyHasConnected() throws Exception {
    WriteRequest.Builder request =
        client.request(row()).clearRole().setElectionId(Uint128.newBuilder().setHigh(99));
    assertThat(writeCode(request)).isEqualTo(Status.Code.NOT_FOUND);
    RawClient.Stream stream = client.primary();
    stream.close();
    assertThat(writeCode(request)).isEqualTo(Status.Code.OK);
  }

  @Test
  void withoutRoleFixTheDefaultRoleIsARoleLikeOthers() throws Exception {
    Emulator strict =
        bed.device(
            EmulatorConfig.onLoopback("b", "wire")
                .with(Quirks.DEFAULT.with(Quirk.ROLE_FIX, false)));
    RawClient other = bed.client(strict);
    other.primary();
    StatusRuntimeException failure =
        other.writeFails(
            other
                .request(
                    other.insert(
                        LinuxNetworking.SPD,
                        values(ip("10.0.0.1"), number(17)),
                        LinuxNetworking.BYPASS))
                .clearRole());
    assertThat(failure.getStatus().getCode()).isEqualTo(Status.Code.NOT_FOUND);
  }

  @Test
  void aRoleConfigLimitsWritesAndReads() throws Exception {
    P4RoleConfig config = P4RoleConfig.newBuilder().addExclusiveP4Ids(43475471).build();
    RawClient.Stream stream = client.stream().arbitrate(update(RawClient.ROLE, 1, config));
    assertThat(stream.arbitration().getRole().getConfig().unpack(P4RoleConfig.class))
        .isEqualTo(config);
    assertThat(writeCode(client.request(row()))).isEqualTo(Status.Code.PERMISSION_DENIED);
    client.write(
        client.insert(
            LinuxNetworking.TUNNEL_TERM,
            values(ip("10.9.0.2"), ip("10.9.0.1")),
            LinuxNetworking.DECAP_TUNNEL));
    assertThatThrownBy(
            () ->
                client.read(
                    RawClient.ROLE,
                    Entity.newBuilder()
                        .setTableEntry(TableEntry.newBuilder().setTableId(SPD))
                        .build()))
        .satisfies(e -> assertThat(code(e)).isEqualTo(Status.Code.PERMISSION_DENIED));
    assertThat(
            client.read(
                RawClient.ROLE,
                Entity.newBuilder().setTableEntry(TableEntry.getDefaultInstance()).build()))
        .hasSize(1);
  }

  @Test
  void exclusiveIdsOfTwoRolesMustNotOverlap() throws Exception {
    client.stream()
        .arbitrate(update("one", 1, P4RoleConfig.newBuilder().addExclusiveP4Ids(SPD).build()))
        .arbitration();
    assertThat(
            client.stream()
                .arbitrate(
                    update("two", 1, P4RoleConfig.newBuilder().addExclusiveP4Ids(SPD).build()))
                .end()
                .getCode())
        .isEqualTo(Status.Code.INVALID_ARGUMENT);
    assertThat(
            client.stream()
                .arbitrate(update("two", 1, P4RoleConfig.newBuilder().addSharedP4Ids(SPD).build()))
                .end()
                .getCode())
        .isEqualTo(Status.Code.INVALID_ARGUMENT);
  }

  @Test
  void theRightToPushThePipelineBelongsToARole() throws Exception {
    SetForwardingPipelineConfigRequest.Builder request =
        SetForwardingPipelineConfigRequest.newBuilder()
            .setDeviceId(1)
            .setElectionId(Uint128.newBuilder().setHigh(1))
            .setAction(SetForwardingPipelineConfigRequest.Action.VERIFY_AND_COMMIT)
            .setConfig(
                ForwardingPipelineConfig.newBuilder()
                    .setP4Info(ProgramInfo.withIdOffset(64))
                    .setP4DeviceConfig(ByteString.copyFromUtf8("binary")));
    assertThatThrownBy(() -> client.p4().setForwardingPipelineConfig(request.build()))
        .as("no role, and no default-role controller ever seen")
        .satisfies(e -> assertThat(code(e)).isEqualTo(Status.Code.NOT_FOUND));
    client.stream()
        .arbitrate(update("ipsec", 1, P4RoleConfig.newBuilder().addSharedP4Ids(SPD).build()))
        .arbitration();
    assertThatThrownBy(
            () -> client.p4().setForwardingPipelineConfig(request.setRole("ipsec").build()))
        .satisfies(e -> assertThat(code(e)).isEqualTo(Status.Code.PERMISSION_DENIED));
    client.stream()
        .arbitrate(update("ovs", 1, P4RoleConfig.newBuilder().setCanPushPipeline(true).build()))
        .arbitration();
    long before = device.device().generation();
    client.p4().setForwardingPipelineConfig(request.setRole("ovs").build());
    assertThat(device.device().generation()).isGreaterThan(before);
    assertThat(bed.client(device).program().table(LinuxNetworking.SPD).orElseThrow().id())
        .isEqualTo(SPD + 64);
    assertThatThrownBy(
            () ->
                client
                    .p4()
                    .setForwardingPipelineConfig(
                        request
                            .setAction(
                                SetForwardingPipelineConfigRequest.Action.RECONCILE_AND_COMMIT)
                            .build()))
        .satisfies(e -> assertThat(code(e)).isEqualTo(Status.Code.UNIMPLEMENTED));
  }

  @Test
  void aPipelineCanBeSavedFirstAndCommittedLater() throws Exception {
    client.stream().arbitrate("ovs", 1).arbitration();
    SetForwardingPipelineConfigRequest.Builder request =
        SetForwardingPipelineConfigRequest.newBuilder()
            .setDeviceId(1)
            .setRole("ovs")
            .setElectionId(Uint128.newBuilder().setHigh(1))
            .setAction(SetForwardingPipelineConfigRequest.Action.COMMIT);
    assertThatThrownBy(() -> client.p4().setForwardingPipelineConfig(request.build()))
        .satisfies(e -> assertThat(code(e)).isEqualTo(Status.Code.FAILED_PRECONDITION));
    long before = device.device().generation();
    client
        .p4()
        .setForwardingPipelineConfig(
            request
                .setAction(SetForwardingPipelineConfigRequest.Action.VERIFY_AND_SAVE)
                .setConfig(
                    ForwardingPipelineConfig.newBuilder()
                        .setP4Info(ProgramInfo.reference())
                        .setP4DeviceConfig(ByteString.copyFromUtf8("binary")))
                .build());
    assertThat(device.device().generation()).isEqualTo(before);
    assertThatCode(
            () ->
                client
                    .p4()
                    .setForwardingPipelineConfig(
                        request
                            .clearConfig()
                            .setAction(SetForwardingPipelineConfigRequest.Action.COMMIT)
                            .build()))
        .doesNotThrowAnyException();
    assertThat(device.device().generation()).isGreaterThan(before);
  }
}
