package io.keyway.plane.vrouter.message;

import com.google.protobuf.ByteString;
import com.google.protobuf.UnsafeByteOperations;
import io.keyway.api.Outcome;
import io.keyway.api.Result;
import io.keyway.api.key.SecretBytes;
import io.keyway.api.sa.Direction;
import io.keyway.api.sa.Endpoints;
import io.keyway.api.sa.IpsecMode;
import io.keyway.api.sa.Lifetime;
import io.keyway.api.sa.SaId;
import io.keyway.api.sa.SaKeys;
import io.keyway.api.sa.SecurityAssociation;
import io.keyway.api.sa.Spi;
import io.keyway.api.ts.SelectorPair;
import io.keyway.protocol.vrouter.v1.AddSa;
import io.keyway.protocol.vrouter.v1.DontFragment;
import io.keyway.protocol.vrouter.v1.Limits;
import io.keyway.protocol.vrouter.v1.Mode;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/** SAs. */
public final class SaMessages {

  /** Owners of ours begin so; the rest is the name of the owner in Keyway. */
  public static final String OWNER_PREFIX = "keyway/";

  private static final int MOST_SELECTORS = 32;

  private SaMessages() {}

  static io.keyway.protocol.vrouter.v1.Direction direction(Direction direction) {
    return direction == Direction.INBOUND
        ? io.keyway.protocol.vrouter.v1.Direction.INBOUND
        : io.keyway.protocol.vrouter.v1.Direction.OUTBOUND;
  }

  /** Empty when it is none. */
  public static Optional<Direction> direction(io.keyway.protocol.vrouter.v1.Direction direction) {
    return switch (direction) {
      case INBOUND -> Optional.of(Direction.INBOUND);
      case OUTBOUND -> Optional.of(Direction.OUTBOUND);
      case DIRECTION_UNSPECIFIED, UNRECOGNIZED -> Optional.empty();
    };
  }

  public static io.keyway.protocol.vrouter.v1.SaId id(SaId sa) {
    return io.keyway.protocol.vrouter.v1.SaId.newBuilder()
        .setDirection(direction(sa.direction()))
        .setSpi(sa.spi().bits())
        .setDestination(Addresses.octets(sa.destination()))
        .build();
  }

  public static io.keyway.protocol.vrouter.v1.Endpoints endpoints(Endpoints endpoints) {
    io.keyway.protocol.vrouter.v1.Endpoints.Builder builder =
        io.keyway.protocol.vrouter.v1.Endpoints.newBuilder()
            .setLocal(Addresses.octets(endpoints.local()))
            .setRemote(Addresses.octets(endpoints.remote()));
    endpoints.udp().ifPresent(udp -> builder.setLocalPort(udp.local()).setRemotePort(udp.remote()));
    return builder.build();
  }

  private static Limits limits(Lifetime.Limit limit) {
    return Limits.newBuilder()
        .setSeconds(limit.seconds())
        .setBytes(limit.bytes())
        .setPackets(limit.packets())
        .build();
  }

  /**
   * An SA with its keys.
   *
   * @param keys stay the caller's
   * @param copies gets the arrays that hold keys, to be wiped when the message has gone
   * @return REFUSED when the agent could not represent it
   */
  public static Result<AddSa> add(SecurityAssociation sa, SaKeys keys, List<byte[]> copies) {
    if (sa.endpoints().none()) {
      return Result.failed(
          Outcome.refused(
              "a vRouter makes outer headers itself; set the outer addresses of the SA"));
    }
    if (sa.selectors().size() > MOST_SELECTORS) {
      return Result.failed(
          Outcome.refused(
              "an SA of a vRouter has up to "
                  + MOST_SELECTORS
                  + " selector pairs, and this one has "
                  + sa.selectors().size()
                  + "; use wider prefixes, or several tunnels"));
    }
    io.keyway.protocol.vrouter.v1.SecurityAssociation.Builder message =
        io.keyway.protocol.vrouter.v1.SecurityAssociation.newBuilder()
            .setId(id(sa.id()))
            .setMode(sa.mode() == IpsecMode.TUNNEL ? Mode.TUNNEL : Mode.TRANSPORT)
            .setEndpoints(endpoints(sa.endpoints()))
            .setEncryption(sa.encryption().ianaId())
            .setIntegrity(sa.integrity().ianaId())
            .setEsn(sa.esn())
            .setSoft(limits(sa.lifetime().soft()))
            .setHard(limits(sa.lifetime().hard()))
            .setDontFragment(DontFragment.DF_COPY)
            // RFC 4301 section 5.1.2.1, note 5: the class of traffic goes on outside.
            .setCopyDscp(sa.mode() == IpsecMode.TUNNEL)
            .setOwner(OWNER_PREFIX + sa.child().owner().name())
            .setTag(tag(sa.id().index()));
    if (sa.id().direction() == Direction.INBOUND) {
      message.setReplayWindow(sa.replayWindow());
    }
    for (SelectorPair pair : sa.selectors()) {
      Result<io.keyway.protocol.vrouter.v1.SelectorPair> selectors = Selectors.message(pair);
      if (!selectors.done()) {
        return Result.failed(selectors.outcome());
      }
      message.addSelectors(selectors.value().orElseThrow());
    }
    return Result.ok(
        AddSa.newBuilder()
            .setSa(message)
            .setKeys(
                io.keyway.protocol.vrouter.v1.SaKeys.newBuilder()
                    .setEncryptionKey(secret(keys.encryption(), copies))
                    .setIntegrityKey(secret(keys.integrity(), copies)))
            .build());
  }

  /** Octets that can be wiped: a copy inside protobuf could not. */
  private static ByteString secret(SecretBytes secret, List<byte[]> copies) {
    byte[] octets = new byte[secret.length()];
    secret.copyTo(octets, 0);
    copies.add(octets);
    return UnsafeByteOperations.unsafeWrap(octets);
  }

  /** Forgets what {@link #add} copied. */
  public static void wipe(List<byte[]> copies) {
    copies.forEach(octets -> Arrays.fill(octets, (byte) 0));
  }

  private static ByteString tag(long index) {
    return ByteString.copyFrom(ByteBuffer.allocate(Long.BYTES).putLong(index).array());
  }

  /**
   * Our name of an SA that a router has.
   *
   * @return empty when it is not one of ours, or cannot be one
   */
  public static Optional<SaId> ours(
      String plane, io.keyway.protocol.vrouter.v1.SecurityAssociation sa) {
    Optional<Direction> direction = direction(sa.getId().getDirection());
    long spi = Integer.toUnsignedLong(sa.getId().getSpi());
    if (!sa.getOwner().startsWith(OWNER_PREFIX)
        || sa.getTag().size() != Long.BYTES
        || direction.isEmpty()
        || spi < 256) {
      return Optional.empty();
    }
    long index = sa.getTag().asReadOnlyByteBuffer().getLong();
    ByteString octets =
        sa.getId().getDestination().isEmpty()
            ? sa.getEndpoints().getLocal()
            : sa.getId().getDestination();
    return Addresses.address(octets)
        .map(address -> new SaId(plane, direction.get(), new Spi(spi), address, index));
  }

  /** For people. */
  public static String text(io.keyway.protocol.vrouter.v1.SaId id) {
    return id.getDirection().name().toLowerCase(java.util.Locale.ROOT)
        + " 0x"
        + java.util.HexFormat.of().toHexDigits(id.getSpi())
        + " to "
        + Addresses.text(id.getDestination());
  }
}
