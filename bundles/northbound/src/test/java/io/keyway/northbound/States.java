package io.keyway.northbound;

import io.keyway.api.crypto.EncryptionAlgorithm;
import io.keyway.api.crypto.IntegrityAlgorithm;
import io.keyway.api.ike.ChildSaStatus;
import io.keyway.api.ike.IkeSaStatus;
import io.keyway.api.plane.PlaneCapabilities;
import io.keyway.api.plane.PlaneStatus;
import io.keyway.api.sa.ChildId;
import io.keyway.api.sa.Direction;
import io.keyway.api.sa.Endpoints;
import io.keyway.api.sa.Generation;
import io.keyway.api.sa.IpsecMode;
import io.keyway.api.sa.Lifetime;
import io.keyway.api.sa.Owner;
import io.keyway.api.sa.SaId;
import io.keyway.api.sa.SadService;
import io.keyway.api.sa.SecurityAssociation;
import io.keyway.api.sa.Spi;
import io.keyway.api.sa.SpiLease;
import io.keyway.api.sa.Usage;
import io.keyway.api.sp.Policy;
import io.keyway.api.sp.PolicyAction;
import io.keyway.api.sp.SpdService;
import io.keyway.api.ts.SelectorPair;
import io.keyway.api.ts.TrafficSelector;
import io.keyway.api.tunnel.TunnelStatus;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;

/** States for tests. */
public final class States {

  public static final Instant NOON = Instant.parse("2026-11-22T12:00:00.123456Z");

  public static final SelectorPair SELECTORS =
      new SelectorPair(
          TrafficSelector.host(Samples.address("10.1.0.5"), 17),
          TrafficSelector.host(Samples.address("10.2.0.5"), 17));

  private static final Owner OWNER = new Owner("ike-native", "1");

  private States() {}

  public static SpiLease lease(String plane, long spi) {
    return new SpiLease(plane, new Spi(spi), spi & 0xFF_FFFF, new Generation(3));
  }

  public static ChildSaStatus child(String uid) {
    return new ChildSaStatus(
        uid,
        "t/udp",
        "INSTALLED",
        "ipu-1",
        Optional.of(lease("ipu-1", 0xC1234567L)),
        0xC7654321L,
        "aes256gcm16-noesn",
        false,
        IpsecMode.TUNNEL,
        List.of(SELECTORS),
        Optional.of(NOON),
        Optional.of(NOON.plusSeconds(3600)),
        Optional.empty());
  }

  public static IkeSaStatus ike(String uid, ChildSaStatus... children) {
    return new IkeSaStatus(
            uid,
            "g",
            "ESTABLISHED",
            true,
            0x1122334455667788L,
            0x8877665544332211L,
            new InetSocketAddress(Samples.address("172.37.1.7"), 500),
            new InetSocketAddress(Samples.address("172.37.1.8"), 500),
            "172.37.1.7",
            "172.37.1.8",
            "aes256gcm16-prfsha384-ecp384",
            "ppk-1@example.org",
            false,
            false,
            Optional.of(NOON),
            Optional.empty(),
            List.of(children))
        .withExtensions(new IkeSaStatus.Extensions(true, false))
        .withResumption(new IkeSaStatus.Resumption(true, Optional.of(NOON)));
  }

  public static TunnelStatus tunnel(String name, TunnelStatus.Phase phase, String reason) {
    return new TunnelStatus(
        name,
        "g",
        "ipu-1",
        phase,
        reason,
        true,
        Optional.of(NOON),
        List.of(child("c-1")),
        Usage.of(7, 700),
        new Usage(OptionalLong.of(5), OptionalLong.empty(), OptionalLong.empty()),
        2,
        Usage.of(3, 300),
        OptionalLong.of(41));
  }

  public static PlaneStatus planeStatus() {
    return new PlaneStatus(
        PlaneStatus.Connection.NO_PIPELINE,
        "the device runs no pipeline; load one",
        new Generation(3),
        List.of(new PlaneStatus.TableUse("ipsec_tx_sa", 2, 1024)),
        OptionalLong.of(0),
        Optional.of(NOON),
        Optional.of(new PlaneStatus.SpiUse(4, 2, 1)),
        Optional.of(new PlaneStatus.Exposure(NOON, Optional.of(Duration.ofMillis(120)))),
        List.of("tls/certificate-file x expires soon"));
  }

  public static PlaneCapabilities capabilities() {
    return new PlaneCapabilities(
        Set.of(EncryptionAlgorithm.AES_GCM_16_128, EncryptionAlgorithm.AES_GCM_16_256),
        Set.of(IntegrityAlgorithm.NONE),
        PlaneCapabilities.SelectorShape.DESTINATION_HOST_AND_PROTOCOL,
        Set.of(IpsecMode.TUNNEL, IpsecMode.TRANSPORT),
        true,
        1024,
        false,
        false,
        false,
        true,
        true,
        false,
        false,
        false,
        true,
        false,
        false,
        true,
        false,
        false,
        false);
  }

  public static SecurityAssociation sa(String plane, Direction direction, long spi) {
    SpiLease lease = lease(plane, 0xC1234567L);
    return new SecurityAssociation(
        new SaId(plane, direction, new Spi(spi), Samples.address("172.37.1.8"), lease.index()),
        new ChildId(OWNER, "c-1", "t/udp"),
        lease,
        EncryptionAlgorithm.AES_GCM_16_256,
        IntegrityAlgorithm.NONE,
        false,
        64,
        IpsecMode.TUNNEL,
        Endpoints.of(Samples.address("172.37.1.7"), Samples.address("172.37.1.8")),
        List.of(SELECTORS),
        new Lifetime(
            new Lifetime.Limit(3600, 1_000_000, 0),
            new Lifetime.Limit(3960, 1_100_000, 5_000_000_000L)));
  }

  public static SadService.Entry entry(String plane, Direction direction, long spi, String state) {
    return new SadService.Entry(sa(plane, direction, spi), state, new Generation(3));
  }

  public static SpdService.Entry policy(PolicyAction action) {
    return new SpdService.Entry(
        new Policy(
            new ChildId(OWNER, "c-1", "t/udp"),
            "ipu-1",
            Direction.OUTBOUND,
            SELECTORS,
            1000,
            action),
        true,
        false,
        "the device is down");
  }

  public static PolicyAction protect() {
    return new PolicyAction.Protect(
        sa("ipu-1", Direction.OUTBOUND, 0xC7654321L).id(),
        IpsecMode.TUNNEL,
        Endpoints.of(Samples.address("172.37.1.7"), Samples.address("172.37.1.8")));
  }
}
