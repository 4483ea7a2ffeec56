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
import io.keyway.api.store.StateStore;
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

/** What one instance of the database leaves to the next, record by record. No keys. */
final class SadState {

  /** Owner's name in the state store. */
  static final String OWNER = "sad";

  /** Version of the layout; another one is not read. */
  static final int SCHEMA = 2;

  /**
   * First characters of the keys of records; the plane's name stands behind the first {@code @}.
   */
  static final String SA = "sa/";

  static final String SPI = "spi/";
  private static final String PLANE = "plane@";

  private SadState() {}

  /**
   * One plane.
   *
   * @param generation {@link Generation#NONE} when it never came up
   */
  record Plane(
      Generation generation, List<Saved> entries, List<SpiLease> held, List<SpiLease> kept) {}

  static String generationKey(String plane) {
    return PLANE + plane;
  }

  /** The name of the plane that a record is about. */
  static String planeOf(String key) {
    return key.substring(key.indexOf('@') + 1);
  }

  /**
   * One SA.
   *
   * @param age nanoseconds since the installation
   * @param counted what the plane had counted for it, if anybody looked
   */
  record Saved(
      SecurityAssociation sa,
      Optional<Fingerprint> key,
      Generation generation,
      SaEntry.State state,
      boolean unwanted,
      long age,
      boolean softTold,
      boolean hardTold,
      SaEntry.Counted counted) {

    Saved ofPeer(String peer) {
      return new Saved(
          Copies.withPeer(sa, peer),
          key,
          generation,
          state,
          unwanted,
          age,
          softTold,
          hardTold,
          counted);
    }

    /** An install that was not confirmed is doubtful for whoever reads this. */
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
          entry.hardTold,
          entry.counted.copy());
    }

    SaEntry entry(long now) {
      SaEntry entry = new SaEntry(sa, key.orElse(null), generation, state);
      entry.unwanted = unwanted;
      entry.installedNanos = now - age;
      entry.softTold = softTold;
      entry.hardTold = hardTold;
      entry.counted.take(counted);
      return entry;
    }
  }

  /** Writes one record. */
  @FunctionalInterface
  private interface Body {
    void write(DataOutputStream out) throws IOException;
  }

  private static byte[] octets(Body body) {
    ByteArrayOutputStream octets = new ByteArrayOutputStream();
    try (DataOutputStream out = new DataOutputStream(octets)) {
      body.write(out);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return octets.toByteArray();
  }

  static byte[] encode(Generation generation) {
    return octets(out -> out.writeLong(generation.number()));
  }

  static byte[] encode(SpiLease lease, SadRecords.LeaseKind kind) {
    return octets(
        out -> {
          out.writeUTF(kind.name());
          lease(out, lease);
        });
  }

  /**
   * Writes one SA.
   *
   * @param wallMillis present wall clock, so that the time between two instances counts as age
   */
  static byte[] encode(Saved saved, long wallMillis) {
    return octets(
        out -> {
          out.writeLong(wallMillis - saved.age() / 1_000_000);
          write(out, saved);
        });
  }

  /**
   * Reads the records of one plane, in the order of their keys.
   *
   * @param sameProcess false when nobody who held a lease lives any more
   * @throws IllegalArgumentException when the octets are not what is written here
   */
  static Plane decode(
      Collection<StateStore.StateRecord> records, long wallMillis, boolean sameProcess) {
    Generation generation = Generation.NONE;
    List<Saved> entries = new ArrayList<>();
    List<SpiLease> held = new ArrayList<>();
    List<SpiLease> kept = new ArrayList<>();
    for (StateStore.StateRecord value : records) {
      try (DataInputStream in = new DataInputStream(new ByteArrayInputStream(value.octets()))) {
        if (value.key().startsWith(PLANE)) {
          generation = new Generation(in.readLong());
        } else if (value.key().startsWith(SPI)) {
          boolean holder = SadRecords.LeaseKind.valueOf(in.readUTF()) == SadRecords.LeaseKind.HELD;
          (holder && sameProcess ? held : kept).add(lease(in));
        } else if (value.key().startsWith(SA)) {
          entries.add(read(in, wallMillis));
        }
      } catch (IOException e) {
        throw new IllegalArgumentException(value + " is cut short", e);
      }
    }
    return new Plane(generation, entries, held, kept);
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
    out.writeBoolean(saved.softTold());
    out.writeBoolean(saved.hardTold());
    SaEntry.Counted counted = saved.counted();
    out.writeBoolean(counted.based);
    out.writeLong(counted.lastPackets);
    out.writeLong(counted.lastBytes);
    out.writeLong(counted.packets);
    out.writeLong(counted.bytes);
    out.writeUTF(sa.child().peer());
  }

  private static Saved read(DataInputStream in, long wallMillis) throws IOException {
    long age = Math.max(0, wallMillis - in.readLong()) * 1_000_000;
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
    Saved saved =
        new Saved(
            sa,
            key.isEmpty() ? Optional.empty() : Optional.of(Fingerprint.parse(key)),
            new Generation(in.readLong()),
            SaEntry.State.valueOf(in.readUTF()),
            in.readBoolean(),
            age,
            in.readBoolean(),
            in.readBoolean(),
            counted(in));
    // Records from before this was written end here.
    return in.available() == 0 ? saved : saved.ofPeer(in.readUTF());
  }

  private static SaEntry.Counted counted(DataInputStream in) throws IOException {
    SaEntry.Counted counted = new SaEntry.Counted();
    counted.based = in.readBoolean();
    counted.lastPackets = in.readLong();
    counted.lastBytes = in.readLong();
    counted.packets = in.readLong();
    counted.bytes = in.readLong();
    return counted;
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
