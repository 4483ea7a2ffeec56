package io.keyway.plane.infrap4d.core;

import io.keyway.api.sa.Direction;
import io.keyway.api.sa.Generation;
import io.keyway.api.sa.IpsecMode;
import io.keyway.api.sa.SaId;
import io.keyway.api.sa.Spi;
import io.keyway.api.sa.SpiLease;
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
import java.util.Map;
import java.util.Optional;

/**
 * What a plane must remember over an update of its bundle: the mirror, the leases, the generation.
 * No keys. By names, so that a later version with other classes can read it.
 */
final class StateCodec {

  /** Version of the layout. */
  static final int SCHEMA = 1;

  private StateCodec() {}

  /**
   * @param identity which device it was
   * @param cookie of its program
   */
  record Header(String identity, Generation generation, long cookie) {}

  static byte[] write(Header header, Mirror mirror, SpiLedger ledger) {
    try (ByteArrayOutputStream octets = new ByteArrayOutputStream();
        DataOutputStream out = new DataOutputStream(octets)) {
      out.writeUTF(header.identity());
      out.writeLong(header.generation().number());
      out.writeLong(header.cookie());
      out.writeInt(mirror.rows().size());
      for (Map.Entry<RowKey, RowAction> row : mirror.rows().entrySet()) {
        key(out, row.getKey());
        out.writeUTF(row.getValue().action().name());
        numbers(out, row.getValue().params());
      }
      out.writeInt(mirror.suspects().size());
      for (RowKey key : mirror.suspects()) {
        key(out, key);
      }
      out.writeInt(mirror.saCount());
      for (SaEntry sa : mirror.sas()) {
        sa(out, sa);
      }
      leases(out, ledger.leases());
      leases(out, ledger.pool());
      out.flush();
      return octets.toByteArray();
    } catch (IOException e) {
      throw new IllegalStateException("memory does not fail", e);
    }
  }

  private static void key(DataOutputStream out, RowKey key) throws IOException {
    out.writeUTF(key.table().name());
    numbers(out, key.values());
  }

  private static void numbers(DataOutputStream out, List<Long> numbers) throws IOException {
    out.writeByte(numbers.size());
    for (long number : numbers) {
      out.writeLong(number);
    }
  }

  private static void sa(DataOutputStream out, SaEntry sa) throws IOException {
    out.writeLong(sa.ref().index());
    out.writeUTF(sa.ref().direction().name());
    out.writeUTF(sa.id().plane());
    out.writeLong(sa.id().spi().value());
    out.writeUTF(sa.mode().name());
    out.write(sa.local().getAddress());
    out.write(sa.remote().getAddress());
    out.writeUTF(sa.state().name());
  }

  private static void leases(DataOutputStream out, List<SpiLease> leases) throws IOException {
    out.writeInt(leases.size());
    for (SpiLease lease : leases) {
      out.writeUTF(lease.plane());
      out.writeLong(lease.spi().value());
      out.writeLong(lease.index());
      out.writeLong(lease.generation().number());
    }
  }

  /**
   * Fills an empty mirror and ledger.
   *
   * @return the header; empty, with nothing filled, when the octets are of another device
   * @throws IOException when they cannot be read
   */
  static Optional<Header> read(byte[] octets, String identity, Mirror mirror, SpiLedger ledger)
      throws IOException {
    try (DataInputStream in = new DataInputStream(new ByteArrayInputStream(octets))) {
      Header header = new Header(in.readUTF(), new Generation(in.readLong()), in.readLong());
      if (!header.identity().equals(identity)) {
        return Optional.empty();
      }
      Mirror read = new Mirror();
      for (int left = in.readInt(); left > 0; left--) {
        RowKey key = key(in);
        read.set(key, Optional.of(new RowAction(IpsecAction.valueOf(in.readUTF()), numbers(in))));
      }
      List<RowKey> suspects = new ArrayList<>();
      for (int left = in.readInt(); left > 0; left--) {
        suspects.add(key(in));
      }
      List<SaEntry> sas = new ArrayList<>();
      for (int left = in.readInt(); left > 0; left--) {
        sas.add(sa(in));
      }
      List<SpiLease> leased = leases(in);
      List<SpiLease> pool = leases(in);
      read.rows().forEach((key, action) -> mirror.set(key, Optional.of(action)));
      suspects.forEach(mirror::suspect);
      sas.forEach(sa -> restore(mirror, sa));
      ledger.restore(leased, pool);
      return Optional.of(header);
    } catch (IllegalArgumentException e) {
      throw new IOException("not a state of this schema: " + e.getMessage(), e);
    }
  }

  private static void restore(Mirror mirror, SaEntry sa) {
    mirror.putSa(sa);
    RowKey term = RowKey.tunnelTerm(sa.remote(), sa.local());
    if (sa.ref().direction() == Direction.INBOUND
        && sa.mode() == IpsecMode.TUNNEL
        && mirror.row(term).isPresent()) {
      mirror.useTerm(term, sa.ref());
    }
  }

  private static RowKey key(DataInputStream in) throws IOException {
    return new RowKey(IpsecTable.valueOf(in.readUTF()), numbers(in));
  }

  private static List<Long> numbers(DataInputStream in) throws IOException {
    List<Long> numbers = new ArrayList<>();
    for (int left = in.readByte(); left > 0; left--) {
      numbers.add(in.readLong());
    }
    return numbers;
  }

  private static SaEntry sa(DataInputStream in) throws IOException {
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
  }

  private static List<SpiLease> leases(DataInputStream in) throws IOException {
    List<SpiLease> leases = new ArrayList<>();
    for (int left = in.readInt(); left > 0; left--) {
      leases.add(
          new SpiLease(
              in.readUTF(), new Spi(in.readLong()), in.readLong(), new Generation(in.readLong())));
    }
    return leases;
  }
}
