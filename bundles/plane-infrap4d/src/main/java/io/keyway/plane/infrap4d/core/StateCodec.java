package io.keyway.plane.infrap4d.core;

import io.keyway.api.sa.Direction;
import io.keyway.api.sa.Generation;
import io.keyway.api.sa.IpsecMode;
import io.keyway.api.sa.SaId;
import io.keyway.api.sa.Spi;
import io.keyway.api.sa.SpiLease;
import io.keyway.plane.infrap4d.core.MirrorNotes.Doubt;
import io.keyway.plane.infrap4d.device.SaRef;
import io.keyway.plane.infrap4d.pipeline.IpsecAction;
import io.keyway.plane.infrap4d.pipeline.IpsecTable;
import io.keyway.plane.infrap4d.pipeline.RowAction;
import io.keyway.plane.infrap4d.pipeline.RowKey;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.net.Inet4Address;
import java.net.InetAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * What a plane must remember, as records: its header, each row, each SA, each SPI. No keys. By
 * names, so that a later version with other classes can read it.
 */
final class StateCodec {

  /** Version of the layout. */
  static final int SCHEMA = 2;

  private StateCodec() {}

  /** Writes one record. */
  @FunctionalInterface
  private interface Body {
    void write(DataOutputStream out) throws IOException;
  }

  /** Reads one record. */
  @FunctionalInterface
  private interface Reader<T> {
    T read(DataInputStream in) throws IOException;
  }

  private static byte[] octets(Body body) {
    try (ByteArrayOutputStream octets = new ByteArrayOutputStream();
        DataOutputStream out = new DataOutputStream(octets)) {
      body.write(out);
      out.flush();
      return octets.toByteArray();
    } catch (IOException e) {
      throw new IllegalStateException("memory does not fail", e);
    }
  }

  private static <T> T read(byte[] octets, Reader<T> reader) throws IOException {
    try (DataInputStream in = new DataInputStream(new ByteArrayInputStream(octets))) {
      return reader.read(in);
    } catch (IllegalArgumentException e) {
      throw new IOException("not a record of this schema: " + e.getMessage(), e);
    }
  }

  /**
   * @param identity which device it was
   * @param cookie of its program
   */
  record Header(String identity, Generation generation, long cookie) {

    byte[] octets() {
      return StateCodec.octets(
          out -> {
            out.writeUTF(identity);
            out.writeLong(generation.number());
            out.writeLong(cookie);
          });
    }

    static Header of(byte[] octets) throws IOException {
      return read(
          octets, in -> new Header(in.readUTF(), new Generation(in.readLong()), in.readLong()));
    }
  }

  /** A row as the mirror had it, and how sure it was. */
  record Row(RowKey key, Optional<RowAction> action, Doubt doubt) {

    byte[] octets() {
      return StateCodec.octets(
          out -> {
            out.writeUTF(key.table().name());
            numbers(out, key.values());
            out.writeBoolean(action.isPresent());
            if (action.isPresent()) {
              out.writeUTF(action.get().action().name());
              numbers(out, action.get().params());
            }
            out.writeUTF(doubt.name());
          });
    }

    static Row of(byte[] octets) throws IOException {
      return read(
          octets,
          in -> {
            RowKey key = new RowKey(IpsecTable.valueOf(in.readUTF()), numbers(in));
            Optional<RowAction> action =
                in.readBoolean()
                    ? Optional.of(new RowAction(IpsecAction.valueOf(in.readUTF()), numbers(in)))
                    : Optional.empty();
            return new Row(key, action, Doubt.valueOf(in.readUTF()));
          });
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

  static byte[] octets(SaEntry sa) {
    return octets(
        out -> {
          out.writeLong(sa.ref().index());
          out.writeUTF(sa.ref().direction().name());
          out.writeUTF(sa.id().plane());
          out.writeLong(sa.id().spi().value());
          out.writeUTF(sa.mode().name());
          out.write(sa.local().getAddress());
          out.write(sa.remote().getAddress());
          out.writeUTF(sa.state().name());
        });
  }

  static SaEntry sa(byte[] octets) throws IOException {
    return read(
        octets,
        in -> {
          SaRef ref = new SaRef(in.readLong(), Direction.valueOf(in.readUTF()));
          String plane = in.readUTF();
          Spi spi = new Spi(in.readLong());
          IpsecMode mode = IpsecMode.valueOf(in.readUTF());
          Inet4Address local = (Inet4Address) InetAddress.getByAddress(in.readNBytes(4));
          Inet4Address remote = (Inet4Address) InetAddress.getByAddress(in.readNBytes(4));
          SaEntry.State state = SaEntry.State.valueOf(in.readUTF());
          Inet4Address destination = ref.direction() == Direction.INBOUND ? local : remote;
          return new SaEntry(
              ref,
              new SaId(plane, ref.direction(), spi, destination, ref.index()),
              mode,
              local,
              remote,
              state);
        });
  }

  /** An SPI, and whether it waits to be used. */
  record Lease(SpiLease lease, boolean pooled) {

    byte[] octets() {
      return StateCodec.octets(
          out -> {
            out.writeUTF(lease.plane());
            out.writeLong(lease.spi().value());
            out.writeLong(lease.index());
            out.writeLong(lease.generation().number());
            out.writeBoolean(pooled);
          });
    }

    static Lease of(byte[] octets) throws IOException {
      return read(
          octets,
          in ->
              new Lease(
                  new SpiLease(
                      in.readUTF(),
                      new Spi(in.readLong()),
                      in.readLong(),
                      new Generation(in.readLong())),
                  in.readBoolean()));
    }
  }
}
