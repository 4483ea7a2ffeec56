package io.keyway.protocol.p4runtime;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.Any;
import com.google.protobuf.ByteString;
import com.google.protobuf.Descriptors.Descriptor;
import com.google.protobuf.Descriptors.FieldDescriptor;
import com.google.protobuf.Descriptors.FileDescriptor;
import com.google.rpc.Status;
import io.keyway.protocol.p4runtime.config.MatchField;
import io.keyway.protocol.p4runtime.config.P4Info;
import io.keyway.protocol.p4runtime.config.P4InfoProto;
import io.keyway.protocol.p4runtime.config.Preamble;
import io.keyway.protocol.p4runtime.config.Table;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import p4.config.v1.P4InfoOuterClass;
import p4.v1.P4RuntimeOuterClass;

/** Our messages against those that another project generated from the published files in 2021. */
class ThirdPartyWireTest {

  /**
   * Fields that P4Runtime got, or moved into a oneof (which is the same on the wire), after that
   * jar was made; everything else must be there and alike.
   */
  private static final Set<String> NEWER =
      Set.of(
          "p4.v1.TableEntry.meter_counter_data",
          "p4.v1.TableEntry.is_const",
          "p4.v1.WriteRequest.role",
          "p4.v1.ReadRequest.role",
          "p4.v1.Role.name",
          "p4.v1.SetForwardingPipelineConfigRequest.role",
          "p4.v1.MeterConfig.eburst",
          "p4.v1.MeterEntry.counter_data",
          "p4.v1.DirectMeterEntry.counter_data",
          "p4.v1.MulticastGroupEntry.metadata",
          "p4.v1.Replica.port",
          "p4.v1.Replica.backup_replicas",
          "p4.v1.Replica.egress_port",
          "p4.v1.ActionProfileAction.watch",
          "p4.v1.ActionProfileAction.watch_port",
          "p4.v1.ActionProfileGroup.Member.watch",
          "p4.v1.ActionProfileGroup.Member.watch_port",
          "p4.v1.CapabilitiesRequest.device_id",
          "p4.v1.CapabilitiesResponse.experimental",
          "p4.config.v1.Table.has_initial_entries",
          "p4.config.v1.PkgInfo.contact",
          "p4.config.v1.PkgInfo.url");

  private static final Set<String> NEWER_MESSAGES =
      Set.of("p4.v1.MeterCounterData", "p4.v1.BackupReplica");

  @Test
  void everyFieldHasTheNumberTypeAndLabelOfThePublishedFiles() {
    Map<String, Descriptor> theirs = new HashMap<>();
    collect(P4RuntimeOuterClass.getDescriptor(), theirs);
    collect(P4InfoOuterClass.getDescriptor(), theirs);
    collect(p4.v1.P4DataOuterClass.getDescriptor(), theirs);
    Map<String, Descriptor> ours = new HashMap<>();
    collect(P4RuntimeProto.getDescriptor(), ours);
    collect(P4InfoProto.getDescriptor(), ours);

    List<String> differences = new ArrayList<>();
    int compared = 0;
    for (Descriptor our : ours.values()) {
      Descriptor their = theirs.get(our.getFullName());
      if (their == null) {
        if (!NEWER_MESSAGES.contains(our.getFullName())
            && !our.getFullName().equals("p4.config.v1.P4NamedType")) {
          differences.add("unknown message " + our.getFullName());
        }
        continue;
      }
      for (FieldDescriptor field : our.getFields()) {
        if (NEWER.contains(field.getFullName())) {
          continue;
        }
        compared++;
        FieldDescriptor same = their.findFieldByNumber(field.getNumber());
        if (same == null || !shape(same).equals(shape(field))) {
          differences.add(shape(field) + " is there " + (same == null ? "absent" : shape(same)));
        }
      }
    }
    assertThat(differences).isEmpty();
    assertThat(compared).isGreaterThan(200);
  }

  @Test
  void theirParserReadsOurWriteAndWeReadItBack() throws Exception {
    WriteRequest write =
        WriteRequest.newBuilder()
            .setDeviceId(1)
            .setElectionId(Uint128.newBuilder().setHigh(7).setLow(-1L))
            .setRole("ipsec-ss-plugin")
            .addUpdates(
                Update.newBuilder()
                    .setType(Update.Type.INSERT)
                    .setEntity(
                        Entity.newBuilder()
                            .setTableEntry(
                                TableEntry.newBuilder()
                                    .setTableId(45022218)
                                    .addMatch(exact(1, 10, 0, 0, 2))
                                    .addMatch(exact(2, 17))
                                    .setAction(action(30154712, 192, 0, 2, 1))
                                    .setCounterData(
                                        CounterData.newBuilder()
                                            .setByteCount(1L << 40)
                                            .setPacketCount(3)))))
            .build();

    P4RuntimeOuterClass.WriteRequest read =
        P4RuntimeOuterClass.WriteRequest.parseFrom(write.toByteArray());

    assertThat(read.getUnknownFields().asMap().keySet())
        .as("only the role's name, which came after that jar")
        .containsExactly(WriteRequest.ROLE_FIELD_NUMBER);
    assertThat(read.getElectionId().getLow()).isEqualTo(-1L);
    P4RuntimeOuterClass.TableEntry row = read.getUpdates(0).getEntity().getTableEntry();
    assertThat(row.getMatch(0).getExact().getValue().toByteArray()).containsExactly(10, 0, 0, 2);
    assertThat(row.getAction().getAction().getActionId()).isEqualTo(30154712);
    assertThat(row.getCounterData().getByteCount()).isEqualTo(1L << 40);
    assertThat(row.getUnknownFields().asMap()).isEmpty();
    assertThat(WriteRequest.parseFrom(read.toByteArray())).isEqualTo(write);
  }

  @Test
  void arbitrationAndErrorDetailsTravelBothWays() throws Exception {
    P4RuntimeOuterClass.StreamMessageResponse theirs =
        P4RuntimeOuterClass.StreamMessageResponse.newBuilder()
            .setArbitration(
                P4RuntimeOuterClass.MasterArbitrationUpdate.newBuilder()
                    .setDeviceId(1)
                    .setRole(P4RuntimeOuterClass.Role.newBuilder().setId(3))
                    .setElectionId(P4RuntimeOuterClass.Uint128.newBuilder().setHigh(9))
                    .setStatus(Status.newBuilder().setCode(6).setMessage("backup")))
            .build();
    StreamMessageResponse ours = StreamMessageResponse.parseFrom(theirs.toByteArray());
    assertThat(ours.getArbitration().getStatus().getCode()).isEqualTo(6);
    assertThat(ours.getArbitration().getElectionId().getHigh()).isEqualTo(9);
    assertThat(ours.toByteArray()).isEqualTo(theirs.toByteArray());

    P4RuntimeOuterClass.Error error =
        P4RuntimeOuterClass.Error.newBuilder()
            .setCanonicalCode(8)
            .setMessage("full")
            .setSpace("ALL-sswitch-p4org")
            .setCode(500)
            .build();
    Any packed = Any.pack(error);
    assertThat(packed.getTypeUrl()).isEqualTo("type.googleapis.com/p4.v1.Error");
    Error unpacked = packed.unpack(Error.class);
    assertThat(unpacked.getCanonicalCode()).isEqualTo(8);
    assertThat(unpacked.getCode()).isEqualTo(500);
    assertThat(unpacked.toByteArray()).isEqualTo(error.toByteArray());
  }

  @Test
  void pipelineDescriptionKeepsWhatWeDoNotKnow() throws Exception {
    P4InfoOuterClass.P4Info theirs =
        P4InfoOuterClass.P4Info.newBuilder()
            .addTables(
                P4InfoOuterClass.Table.newBuilder()
                    .setPreamble(
                        P4InfoOuterClass.Preamble.newBuilder()
                            .setId(47756035)
                            .setName("linux_networking_control.ipsec_spd")
                            .setAlias("ipsec_spd"))
                    .addMatchFields(
                        P4InfoOuterClass.MatchField.newBuilder()
                            .setId(1)
                            .setName("dst_ip")
                            .setBitwidth(32)
                            .setMatchType(P4InfoOuterClass.MatchField.MatchType.EXACT))
                    .addDirectResourceIds(330899638)
                    .setSize(1024))
            .setTypeInfo(
                p4.config.v1.P4Types.P4TypeInfo.newBuilder()
                    .putNewTypes("port_t", p4.config.v1.P4Types.P4NewTypeSpec.newBuilder().build()))
            .build();

    P4Info ours = P4Info.parseFrom(theirs.toByteArray());

    Table table = ours.getTables(0);
    assertThat(table.getPreamble())
        .isEqualTo(
            Preamble.newBuilder()
                .setId(47756035)
                .setName("linux_networking_control.ipsec_spd")
                .setAlias("ipsec_spd")
                .build());
    assertThat(table.getMatchFields(0).getMatchType()).isEqualTo(MatchField.MatchType.EXACT);
    assertThat(table.getSize()).isEqualTo(1024);
    assertThat(P4InfoOuterClass.P4Info.parseFrom(ours.toByteArray()))
        .as("type_info, which our file does not name, survives")
        .isEqualTo(theirs);
  }

  @Test
  void serviceAndMethodsHaveThePublishedNames() {
    assertThat(P4RuntimeGrpc.SERVICE_NAME).isEqualTo(p4.v1.P4RuntimeGrpc.SERVICE_NAME);
    assertThat(P4RuntimeGrpc.getServiceDescriptor().getMethods())
        .extracting(m -> m.getFullMethodName() + m.getType())
        .containsAll(
            p4.v1.P4RuntimeGrpc.getServiceDescriptor().getMethods().stream()
                .map(m -> m.getFullMethodName() + m.getType())
                .toList());
  }

  private static FieldMatch exact(int field, int... octets) {
    return FieldMatch.newBuilder()
        .setFieldId(field)
        .setExact(FieldMatch.Exact.newBuilder().setValue(octets(octets)))
        .build();
  }

  private static TableAction action(int id, int... octets) {
    return TableAction.newBuilder()
        .setAction(
            Action.newBuilder()
                .setActionId(id)
                .addParams(Action.Param.newBuilder().setParamId(1).setValue(octets(octets))))
        .build();
  }

  private static ByteString octets(int... values) {
    byte[] bytes = new byte[values.length];
    for (int i = 0; i < values.length; i++) {
      bytes[i] = (byte) values[i];
    }
    return ByteString.copyFrom(bytes);
  }

  private static String shape(FieldDescriptor field) {
    String type =
        field.getJavaType() == FieldDescriptor.JavaType.MESSAGE
            ? field.getMessageType().getFullName()
            : field.getType().name();
    return field.getFullName()
        + " = "
        + field.getNumber()
        + (field.isRepeated() ? " repeated " : " ")
        + type
        + (field.getRealContainingOneof() == null ? "" : " oneof");
  }

  private static void collect(FileDescriptor file, Map<String, Descriptor> into) {
    file.getMessageTypes().forEach(m -> collect(m, into));
  }

  private static void collect(Descriptor message, Map<String, Descriptor> into) {
    into.put(message.getFullName(), message);
    message.getNestedTypes().forEach(m -> collect(m, into));
  }
}
