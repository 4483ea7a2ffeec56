package io.keyway.sad;

import io.keyway.api.crypto.EncryptionAlgorithm;
import io.keyway.api.crypto.IntegrityAlgorithm;
import io.keyway.api.sa.ChildId;
import io.keyway.api.sa.Direction;
import io.keyway.api.sa.Endpoints;
import io.keyway.api.sa.Generation;
import io.keyway.api.sa.IpsecMode;
import io.keyway.api.sa.Lifetime;
import io.keyway.api.sa.Owner;
import io.keyway.api.sa.SaId;
import io.keyway.api.sa.SecurityAssociation;
import io.keyway.api.sa.Spi;
import io.keyway.api.sa.SpiLease;
import io.keyway.api.ts.SelectorPair;
import io.keyway.api.ts.TrafficSelector;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Optional;

/** What one instance of the database leaves to the next, as octets. No keys. */
final class SadState {

  /** Owner's name in the state store. */
  static final String OWNER = "sad";

  /** Version of the layout; another one is not read. */
  static final int SCHEMA = 1;

  private SadState() {}

  /** One plane. */
  record Plane(
      String name,
      Generation generation,
      List<Saved> entries,
      Collection<SpiLease> leases,
      List<SpiLease> quarantine) {}

  /**
   * One SA.
   *
   * @param age nanoseconds since the installation
   */
  record Saved(
      SecurityAssociation sa,
      Optional<Fingerprint> key,
      Generation generation,
      SaEntry.State state,
      boolean unwanted,
      long age,
      boolean softTold,
      boolean hardTold) {

    static Saved of(SaEntry entry, long now) {
      boolean doubtful = entry.state == SaEntry.State.INSTALLING;
      SaEntry.State state = doubtful ? SaEntry.State.BURNT : entry.state;
      return new Saved(
          entry.sa().orElseThrow(),
          entry.key,
          entry.generation,
          state,
          entry.unwanted || doubtful,
          now - entry.installedNanos,
          entry.softTold,
          entry.hardTold);
    }

    SaEntry entry(long now) {
      SaEntry entry = new SaEntry(sa, key.orElse(null), generation, state);
      entry.unwanted = unwanted;
      entry.installedNanos = now - age;
      entry.softTold = softTold;
      entry.hardTold = hardTold;
      return entry;
    }
  }

  /**
   * Writes one plane.
   *
   * @param wallMillis present wall clock, so that the time between two instances counts as age
   */
  static byte[] encode(Plane plane, long wallMillis) {
    ByteArrayOutputStream octets = new ByteArrayOutputStream();
    try (DataOutputStream out = new DataOutputStream(octets)) {
      out.writeLong(wallMillis);
      out.writeUTF(plane.name());
      out.writeLong(plane.generation().number());
      out.writeInt(plane.entries().size());
      for (Saved saved : plane.entries()) {
        write(out, saved);
      }
      leases(out, plane.leases());
      leases(out, plane.quarantine());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return octets.toByteArray();
  }

  /**
   * Reads one plane.
   *
   * @throws IllegalArgumentException when the octets are not what {@link #encode} writes
   */
  static Plane decode(byte[] octets, long wallMillis) {
    try (DataInputStream in = new DataInputStream(new ByteArrayInputStream(octets))) {
      long gap = Math.max(0, wallMillis - in.readLong()) * 1_000_000;
      String name = in.readUTF();
      Generation generation = new Generation(in.readLong());
      int count = in.readInt();
      List<Saved> entries = new ArrayList<>();
      for (int i = 0; i < count; i++) {
        entries.add(read(in, gap));
      }
      return new Plane(name, generation, entries, leases(in), leases(in));
    } catch (IOException e) {
      throw new IllegalArgumentException("state of the SAD is cut short", e);
    }
  }

  private static void write(DataOutputStream out, Saved saved) throws IOException {
    SecurityAssociation sa = saved.sa();
    out.writeUTF(sa.id().plane());
    out.writeUTF(sa.id().direction().name());
    out.writeLong(sa.id().spi().value());
    address(out, sa.id().destination());
    out.writeLong(sa.id().index());
    out.writeUTF(sa.child().owner().name());
    out.writeUTF(sa.child().owner().instance());
    out.writeUTF(sa.child().uid());
    out.writeUTF(sa.child().connection());
    lease(out, sa.lease());
    out.writeUTF(sa.encryption().name());
    out.writeUTF(sa.integrity().name());
    out.writeBoolean(sa.esn());
    out.writeInt(sa.replayWindow());
    out.writeUTF(sa.mode().name());
    endpoints(out, sa.endpoints());
    out.writeInt(sa.selectors().size());
    for (SelectorPair pair : sa.selectors()) {
      selector(out, pair.local());
      selector(out, pair.remote());
    }
    limit(out, sa.lifetime().soft());
    limit(out, sa.lifetime().hard());
    out.writeUTF(saved.key().map(Fingerprint::toString).orElse(""));
    out.writeLong(saved.generation().number());
    out.writeUTF(saved.state().name());
    out.writeBoolean(saved.unwanted());
    out.writeLong(saved.age());
    out.writeBoolean(saved.softTold());
    out.writeBoolean(saved.hardTold());
  }

  private static Saved read(DataInputStream in, long gap) throws IOException {
    SaId id =
        new SaId(
            in.readUTF(),
            Direction.valueOf(in.readUTF()),
            new Spi(in.readLong()),
            address(in),
            in.readLong());
    ChildId child = new ChildId(new Owner(in.readUTF(), in.readUTF()), in.readUTF(), in.readUTF());
    SpiLease lease = lease(in);
    EncryptionAlgorithm encryption = EncryptionAlgorithm.valueOf(in.readUTF());
    IntegrityAlgorithm integrity = IntegrityAlgorithm.valueOf(in.readUTF());
    boolean esn = in.readBoolean();
    int window = in.readInt();
    IpsecMode mode = IpsecMode.valueOf(in.readUTF());
    Endpoints endpoints = endpoints(in);
    int count = in.readInt();
    List<SelectorPair> selectors = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      selectors.add(new SelectorPair(selector(in), selector(in)));
    }
    Lifetime lifetime = new Lifetime(limit(in), limit(in));
    SecurityAssociation sa =
        new SecurityAssociation(
            id,
            child,
            lease,
            encryption,
            integrity,
            esn,
            window,
            mode,
            endpoints,
            selectors,
            lifetime);
    String key = in.readUTF();
    return new Saved(
        sa,
        key.isEmpty() ? Optional.empty() : Optional.of(Fingerprint.parse(key)),
        new Generation(in.readLong()),
        SaEntry.State.valueOf(in.readUTF()),
        in.readBoolean(),
        in.readLong() + gap,
        in.readBoolean(),
        in.readBoolean());
  }

  private static void leases(DataOutputStream out, Collection<SpiLease> leases) throws IOException {
    out.writeInt(leases.size());
    for (SpiLease lease : leases) {
      lease(out, lease);
    }
  }

  private static List<SpiLease> leases(DataInputStream in) throws IOException {
    int count = in.readInt();
    List<SpiLease> leases = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      leases.add(lease(in));
    }
    return leases;
  }

  private static void lease(DataOutputStream out, SpiLease lease) throws IOException {
    out.writeUTF(lease.plane());
    out.writeLong(lease.spi().value());
    out.writeLong(lease.index());
    out.writeLong(lease.generation().number());
  }

  private static SpiLease lease(DataInputStream in) throws IOException {
    return new SpiLease(
        in.readUTF(), new Spi(in.readLong()), in.readLong(), new Generation(in.readLong()));
  }

  private static void endpoints(DataOutputStream out, Endpoints endpoints) throws IOException {
    address(out, endpoints.local());
    address(out, endpoints.remote());
    out.writeInt(endpoints.udp().map(Endpoints.UdpPorts::local).orElse(0));
    out.writeInt(endpoints.udp().map(Endpoints.UdpPorts::remote).orElse(0));
  }

  private static Endpoints endpoints(DataInputStream in) throws IOException {
    InetAddress local = address(in);
    InetAddress remote = address(in);
    int localPort = in.readInt();
    int remotePort = in.readInt();
    return new Endpoints(
        local,
        remote,
        localPort == 0
            ? Optional.empty()
            : Optional.of(new Endpoints.UdpPorts(localPort, remotePort)));
  }

  private static void selector(DataOutputStream out, TrafficSelector selector) throws IOException {
    address(out, selector.first());
    address(out, selector.last());
    out.writeInt(selector.protocol());
    out.writeInt(selector.firstPort());
    out.writeInt(selector.lastPort());
  }

  private static TrafficSelector selector(DataInputStream in) throws IOException {
    return new TrafficSelector(address(in), address(in), in.readInt(), in.readInt(), in.readInt());
  }

  private static void limit(DataOutputStream out, Lifetime.Limit limit) throws IOException {
    out.writeLong(limit.seconds());
    out.writeLong(limit.bytes());
    out.writeLong(limit.packets());
  }

  private static Lifetime.Limit limit(DataInputStream in) throws IOException {
    return new Lifetime.Limit(in.readLong(), in.readLong(), in.readLong());
  }

  private static void address(DataOutputStream out, InetAddress address) throws IOException {
    byte[] octets = address.getAddress();
    out.writeByte(octets.length);
    out.write(octets);
  }

  private static InetAddress address(DataInputStream in) throws IOException {
    byte[] octets = new byte[in.readUnsignedByte()];
    in.readFully(octets);
    return InetAddress.getByAddress(octets);
  }
}
