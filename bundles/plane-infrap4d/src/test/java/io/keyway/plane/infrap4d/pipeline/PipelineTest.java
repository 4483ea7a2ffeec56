package io.keyway.plane.infrap4d.pipeline;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.ByteString;
import io.keyway.plane.infrap4d.TestProgram;
import io.keyway.protocol.p4runtime.FieldMatch;
import io.keyway.protocol.p4runtime.TableEntry;
import io.keyway.protocol.p4runtime.config.P4Info;
import io.keyway.protocol.p4runtime.config.Table;
import java.net.Inet4Address;
import java.net.InetAddress;
import java.net.UnknownHostException;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.LongRange;
import org.junit.jupiter.api.Test;

class PipelineTest {

  private static Inet4Address ip(String text) {
    try {
      return (Inet4Address) InetAddress.getByName(text);
    } catch (UnknownHostException e) {
      throw new IllegalArgumentException(e);
    }
  }

  @Test
  void idsAndSizesComeFromTheDescription() throws PipelineException {
    Pipeline pipeline = new Pipeline(TestProgram.info(), 9);
    assertThat(pipeline.tableIds())
        .containsExactlyInAnyOrder(45068641, 47756035, 45022218, 37326952, 49349790, 43475471);
    assertThat(pipeline.size(IpsecTable.SPD)).isEqualTo(1024);
    assertThat(pipeline.counted(IpsecTable.SPD)).isTrue();
    assertThat(pipeline.counted(IpsecTable.TUNNEL)).isFalse();
    assertThat(pipeline.cookie()).isEqualTo(9);
  }

  @Test
  void valuesAreCanonicalAndFieldsInTheOrderOfTheirIds() throws PipelineException {
    Pipeline pipeline = new Pipeline(TestProgram.info(), 0);
    TableEntry entry =
        pipeline
            .entity(
                RowKey.txClassification(ip("10.0.0.2"), 6, 0), RowAction.txTunnel(ip("1.2.3.4")))
            .getTableEntry();
    assertThat(entry.getTableId()).isEqualTo(45022218);
    assertThat(entry.getPriority()).isZero();
    assertThat(entry.getMatchList())
        .extracting(FieldMatch::getFieldId, m -> m.getExact().getValue())
        .containsExactly(
            org.assertj.core.groups.Tuple.tuple(1, octets(10, 0, 0, 2)),
            org.assertj.core.groups.Tuple.tuple(2, octets(6)),
            org.assertj.core.groups.Tuple.tuple(3, octets(0)));
    assertThat(entry.getAction().getAction().getActionId()).isEqualTo(30154712);
    assertThat(entry.getAction().getAction().getParams(0).getValue()).isEqualTo(octets(1, 2, 3, 4));
    assertThat(pipeline.entry(RowKey.encapMod(0x000102)).getMatch(0).getExact().getValue())
        .isEqualTo(octets(1, 2));
  }

  @Test
  void paddedAndMissingValuesAreTheSameRow() throws PipelineException {
    Pipeline pipeline = new Pipeline(TestProgram.info(), 0);
    RowKey key = RowKey.tunnel(5);
    TableEntry padded =
        TableEntry.newBuilder()
            .setTableId(49349790)
            .addMatch(exact(1, octets(0, 0, 5)))
            .addMatch(exact(2, octets(0, 0)))
            .build();
    TableEntry without =
        TableEntry.newBuilder().setTableId(49349790).addMatch(exact(1, octets(5))).build();
    assertThat(pipeline.key(padded)).contains(key);
    assertThat(pipeline.key(without)).contains(key);
    assertThat(pipeline.key(TableEntry.newBuilder().setTableId(1).build())).isEmpty();
  }

  @Test
  void aForeignActionIsShownButNotTakenForOurs() throws PipelineException {
    Pipeline pipeline = new Pipeline(TestProgram.info(), 0);
    TableEntry.Builder entry = pipeline.entry(RowKey.spd(ip("10.0.0.1"), 6)).toBuilder();
    entry.getActionBuilder().getActionBuilder().setActionId(21257015);
    DeviceRow row = pipeline.row(entry.build()).orElseThrow();
    assertThat(row.action()).isEmpty();
    assertThat(row.actionName()).isEqualTo("NoAction");
  }

  @Test
  void anotherProgramIsRefusedWithAllThatItLacks() {
    P4Info.Builder info = TestProgram.info().toBuilder();
    info.removeTables(1);
    Table.Builder rx = info.getTablesBuilder(0);
    rx.getMatchFieldsBuilder(2).setBitwidth(16);
    assertThatThrownBy(() -> new Pipeline(info.build(), 0))
        .isInstanceOf(PipelineException.class)
        .hasMessageContaining("no table linux_networking_control.ipsec_spd")
        .hasMessageContaining("spi has 16 bits instead of 32");
    assertThatThrownBy(() -> new Pipeline(P4Info.getDefaultInstance(), 0))
        .isInstanceOf(PipelineException.class);
  }

  @Test
  void aRenamedControlIsFoundByItsAlias() throws PipelineException {
    P4Info.Builder info = TestProgram.info().toBuilder();
    info.getTablesBuilder(1).getPreambleBuilder().setName("other_control.ipsec_spd");
    assertThat(new Pipeline(info.build(), 0).size(IpsecTable.SPD)).isEqualTo(1024);
  }

  @Test
  void aValueThatIsTooWideIsABugAndNeverCut() {
    assertThatThrownBy(() -> RowKey.encapMod(1L << 24))
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> RowAction.protect(-1)).isInstanceOf(IllegalArgumentException.class);
  }

  @Property(tries = 500)
  void numbersSurviveTheWireInTheShortestForm(
      @ForAll @LongRange(min = 0, max = 0xFFFF_FFFFL) long value) {
    ByteString written = Canonical.write(value);
    assertThat(Canonical.read(written)).isEqualTo(value);
    assertThat(written.size()).isGreaterThanOrEqualTo(1);
    if (written.size() > 1) {
      assertThat(written.byteAt(0)).isNotZero();
    }
    assertThat(Canonical.read(octets(0, 0).concat(written))).isEqualTo(value);
  }

  private static FieldMatch exact(int id, ByteString value) {
    return FieldMatch.newBuilder()
        .setFieldId(id)
        .setExact(FieldMatch.Exact.newBuilder().setValue(value))
        .build();
  }

  private static ByteString octets(int... values) {
    byte[] bytes = new byte[values.length];
    for (int i = 0; i < values.length; i++) {
      bytes[i] = (byte) values[i];
    }
    return ByteString.copyFrom(bytes);
  }
}
