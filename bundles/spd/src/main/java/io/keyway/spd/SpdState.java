package io.keyway.spd;

import io.keyway.api.sa.ChildId;
import io.keyway.api.sa.Direction;
import io.keyway.api.sa.Endpoints;
import io.keyway.api.sa.Generation;
import io.keyway.api.sa.IpsecMode;
import io.keyway.api.sa.Owner;
import io.keyway.api.sa.SaId;
import io.keyway.api.sa.Spi;
import io.keyway.api.sp.Policy;
import io.keyway.api.sp.PolicyAction;
import io.keyway.api.store.StateStore.StateRecord;
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
import java.util.Comparator;
import java.util.List;
import java.util.Optional;

/** What one instance of the database leaves to the next, record by record. */
final class SpdState {

  /** Owner's name in the state store. */
  static final String OWNER = "spd";

  /** Version of the layout; another one is not read. */
  static final int SCHEMA = 2;

  /** First characters of the names of records, behind the {@link #prefix} of their plane. */
  static final String CLAIM = "claim/";

  static final String PLACE = "place/";
  static final String GENERATION = "generation";

  private SpdState() {}

  /** What the keys of a plane's records begin with; unambiguous whatever its name is. */
  static String prefix(String plane) {
    return plane.length() + ":" + plane + "/";
  }

  /**
   * One plane.
   *
   * @param generation {@link Generation#NONE} when it never came up
   */
  record Plane(Generation generation, List<SavedPlace> places, List<SavedClaim> claims) {}

  /**
   * One place that may be programmed.
   *
   * @param programmed null for a place that should be empty, and may not be
   */
  record SavedPlace(Place.Key key, SelectorPair last, Programmed programmed, boolean certain) {
    static SavedPlace of(Place place) {
      return new SavedPlace(
          place.key, place.last, place.programmed, place.certain && !place.inFlight);
    }
  }

  /**
   * One claim.
   *
   * @param next null when nothing waits for a selection
   * @param place null when it is not placed
   */
  record SavedClaim(
      Policy policy, Policy next, boolean awake, boolean burnt, long order, Place.Key place) {
    static SavedClaim of(Claim claim) {
      return new SavedClaim(
          claim.policy,
          claim.next,
          claim.awake,
          claim.burnt,
          claim.order,
          claim.place == null ? null : claim.place.key);
    }
  }

  /** Writes one record. */
  @FunctionalInterface
  private interface Body {
    void write(DataOutputStream out) throws IOException;
  }

  private static byte[] octets(String plane, Body body) {
    ByteArrayOutputStream octets = new ByteArrayOutputStream();
    try (DataOutputStream out = new DataOutputStream(octets)) {
      out.writeUTF(plane);
      body.write(out);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return octets.toByteArray();
  }

  static byte[] encode(String plane, Generation generation) {
    return octets(plane, out -> out.writeLong(generation.number()));
  }

  static byte[] encode(String plane, SavedPlace place) {
    return octets(
        plane,
        out -> {
          key(out, place.key());
          pair(out, place.last());
          out.writeBoolean(place.certain());
          out.writeBoolean(place.programmed() != null);
          if (place.programmed() != null) {
            pair(out, place.programmed().selectors());
            out.writeInt(place.programmed().priority());
            action(out, place.programmed().action());
          }
        });
  }

  static byte[] encode(String plane, SavedClaim claim) {
    return octets(
        plane,
        out -> {
          policy(out, claim.policy());
          out.writeBoolean(claim.next() != null);
          if (claim.next() != null) {
            policy(out, claim.next());
          }
          out.writeBoolean(claim.awake());
          out.writeBoolean(claim.burnt());
          out.writeLong(claim.order());
          out.writeBoolean(claim.place() != null);
          if (claim.place() != null) {
            key(out, claim.place());
          }
        });
  }

  /**
   * The name of the plane that a record is about.
   *
   * @throws IllegalArgumentException when the octets are not what is written here
   */
  static String planeOf(StateRecord value) {
    try (DataInputStream in = new DataInputStream(new ByteArrayInputStream(value.octets()))) {
      return in.readUTF();
    } catch (IOException e) {
      throw new IllegalArgumentException(value + " is cut short", e);
    }
  }

  /**
   * Reads the records of one plane; claims in the order of their last change.
   *
   * @throws IllegalArgumentException when the octets are not what is written here
   */
  static Plane decode(String plane, Collection<StateRecord> records) {
    Generation generation = Generation.NONE;
    List<SavedPlace> places = new ArrayList<>();
    List<SavedClaim> claims = new ArrayList<>();
    for (StateRecord value : records) {
      String name = value.key().substring(prefix(plane).length());
      try (DataInputStream in = new DataInputStream(new ByteArrayInputStream(value.octets()))) {
        in.readUTF();
        if (name.equals(GENERATION)) {
          generation = new Generation(in.readLong());
        } else if (name.startsWith(PLACE)) {
          places.add(place(in));
        } else if (name.startsWith(CLAIM)) {
          claims.add(claim(in));
        }
      } catch (IOException e) {
        throw new IllegalArgumentException(value + " is cut short", e);
      }
    }
    claims.sort(Comparator.comparingLong(SavedClaim::order));
    return new Plane(generation, places, claims);
  }

  private static SavedPlace place(DataInputStream in) throws IOException {
    Place.Key key = key(in);
    SelectorPair last = pair(in);
    boolean certain = in.readBoolean();
    Programmed programmed =
        in.readBoolean() ? new Programmed(pair(in), in.readInt(), action(in)) : null;
    return new SavedPlace(key, last, programmed, certain);
  }

  private static SavedClaim claim(DataInputStream in) throws IOException {
    Policy policy = policy(in);
    Policy next = in.readBoolean() ? policy(in) : null;
    return new SavedClaim(
        policy,
        next,
        in.readBoolean(),
        in.readBoolean(),
        in.readLong(),
        in.readBoolean() ? key(in) : null);
  }

  private static void key(DataOutputStream out, Place.Key key) throws IOException {
    out.writeUTF(key.direction().name());
    out.writeUTF(key.place());
  }

  private static Place.Key key(DataInputStream in) throws IOException {
    return new Place.Key(Direction.valueOf(in.readUTF()), in.readUTF());
  }

  private static void policy(DataOutputStream out, Policy policy) throws IOException {
    out.writeUTF(policy.child().owner().name());
    out.writeUTF(policy.child().owner().instance());
    out.writeUTF(policy.child().uid());
    out.writeUTF(policy.child().connection());
    out.writeUTF(policy.plane());
    out.writeUTF(policy.direction().name());
    pair(out, policy.selectors());
    out.writeInt(policy.priority());
    action(out, policy.action());
  }

  private static Policy policy(DataInputStream in) throws IOException {
    ChildId child = new ChildId(new Owner(in.readUTF(), in.readUTF()), in.readUTF(), in.readUTF());
    return new Policy(
        child, in.readUTF(), Direction.valueOf(in.readUTF()), pair(in), in.readInt(), action(in));
  }

  private static void action(DataOutputStream out, PolicyAction action) throws IOException {
    out.writeUTF(action.getClass().getSimpleName());
    if (action instanceof PolicyAction.Protect protect) {
      SaId sa = protect.sa();
      out.writeUTF(sa.plane());
      out.writeUTF(sa.direction().name());
      out.writeLong(sa.spi().value());
      address(out, sa.destination());
      out.writeLong(sa.index());
      out.writeUTF(protect.mode().name());
      address(out, protect.endpoints().local());
      address(out, protect.endpoints().remote());
      out.writeInt(protect.endpoints().udp().map(Endpoints.UdpPorts::local).orElse(0));
      out.writeInt(protect.endpoints().udp().map(Endpoints.UdpPorts::remote).orElse(0));
    }
  }

  private static PolicyAction action(DataInputStream in) throws IOException {
    String kind = in.readUTF();
    return switch (kind) {
      case "Hold" -> new PolicyAction.Hold();
      case "Trap" -> new PolicyAction.Trap();
      case "Bypass" -> new PolicyAction.Bypass();
      case "Discard" -> new PolicyAction.Discard();
      case "Protect" -> {
        SaId sa =
            new SaId(
                in.readUTF(),
                Direction.valueOf(in.readUTF()),
                new Spi(in.readLong()),
                address(in),
                in.readLong());
        IpsecMode mode = IpsecMode.valueOf(in.readUTF());
        InetAddress local = address(in);
        InetAddress remote = address(in);
        int localPort = in.readInt();
        int remotePort = in.readInt();
        yield new PolicyAction.Protect(
            sa,
            mode,
            new Endpoints(
                local,
                remote,
                localPort == 0
                    ? Optional.empty()
                    : Optional.of(new Endpoints.UdpPorts(localPort, remotePort))));
      }
      default -> throw new IllegalArgumentException("unknown action '" + kind + "'");
    };
  }

  private static void pair(DataOutputStream out, SelectorPair pair) throws IOException {
    selector(out, pair.local());
    selector(out, pair.remote());
  }

  private static SelectorPair pair(DataInputStream in) throws IOException {
    return new SelectorPair(selector(in), selector(in));
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
