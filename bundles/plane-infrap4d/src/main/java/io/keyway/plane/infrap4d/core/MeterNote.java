package io.keyway.plane.infrap4d.core;

import io.keyway.plane.infrap4d.pipeline.IpsecTable;
import io.keyway.plane.infrap4d.pipeline.RowKey;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/**
 * What was counted at one place up to a change of its rows, and what their counters said then. The
 * device counts on from there, so who reads it later knows all that happened since.
 *
 * @param place destination and protocol
 * @param sent packets and bytes
 * @param held packets and bytes
 * @param changed rows were changed since the last reading
 */
record MeterNote(
    List<Long> place,
    long[] sent,
    long[] held,
    boolean everProtected,
    boolean everHeld,
    boolean changed,
    List<Reading> readings) {

  /** What the counter of a row said last. */
  record Reading(RowKey row, long packets, long bytes) {}

  byte[] octets() {
    try (ByteArrayOutputStream octets = new ByteArrayOutputStream();
        DataOutputStream out = new DataOutputStream(octets)) {
      numbers(out, place);
      for (long number : new long[] {sent[0], sent[1], held[0], held[1]}) {
        out.writeLong(number);
      }
      out.writeBoolean(everProtected);
      out.writeBoolean(everHeld);
      out.writeBoolean(changed);
      out.writeByte(readings.size());
      for (Reading reading : readings) {
        out.writeUTF(reading.row().table().name());
        numbers(out, reading.row().values());
        out.writeLong(reading.packets());
        out.writeLong(reading.bytes());
      }
      out.flush();
      return octets.toByteArray();
    } catch (IOException e) {
      throw new IllegalStateException("memory does not fail", e);
    }
  }

  static MeterNote of(byte[] octets) throws IOException {
    try (DataInputStream in = new DataInputStream(new ByteArrayInputStream(octets))) {
      List<Long> place = numbers(in);
      long[] sent = {in.readLong(), in.readLong()};
      long[] held = {in.readLong(), in.readLong()};
      boolean everProtected = in.readBoolean();
      boolean everHeld = in.readBoolean();
      boolean changed = in.readBoolean();
      List<Reading> readings = new ArrayList<>();
      for (int left = in.readByte(); left > 0; left--) {
        RowKey row = new RowKey(IpsecTable.valueOf(in.readUTF()), numbers(in));
        readings.add(new Reading(row, in.readLong(), in.readLong()));
      }
      return new MeterNote(place, sent, held, everProtected, everHeld, changed, readings);
    } catch (IllegalArgumentException e) {
      throw new IOException("not a record of this schema: " + e.getMessage(), e);
    }
  }

  private static void numbers(DataOutputStream out, List<Long> numbers) throws IOException {
    out.writeByte(numbers.size());
    for (long number : numbers) {
      out.writeLong(number);
    }
  }

  private static List<Long> numbers(DataInputStream in) throws IOException {
    List<Long> numbers = new ArrayList<>();
    for (int left = in.readByte(); left > 0; left--) {
      numbers.add(in.readLong());
    }
    return numbers;
  }
}
