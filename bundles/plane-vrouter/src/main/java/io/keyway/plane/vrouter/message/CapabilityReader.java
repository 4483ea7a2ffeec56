package io.keyway.plane.vrouter.message;

import io.keyway.api.crypto.EncryptionAlgorithm;
import io.keyway.api.crypto.IntegrityAlgorithm;
import io.keyway.api.plane.PlaneCapabilities;
import io.keyway.api.plane.PlaneCapabilities.SelectorShape;
import io.keyway.api.sa.IpsecMode;
import io.keyway.protocol.vrouter.v1.AlgorithmSuite;
import io.keyway.protocol.vrouter.v1.Capabilities;
import java.util.EnumSet;
import java.util.Set;

/** What a router can do. */
public final class CapabilityReader {

  /** Packets. */
  private static final int USUAL_WINDOW = 4096;

  /**
   * What the agent does on any router whose crypto device has the algorithms. Tunnels are checked
   * against it until there was contact; a router that lacks something says so then.
   */
  public static final PlaneCapabilities USUAL =
      new PlaneCapabilities(
          Set.of(
              EncryptionAlgorithm.AES_GCM_16_128,
              EncryptionAlgorithm.AES_GCM_16_256,
              EncryptionAlgorithm.AES_CBC_128,
              EncryptionAlgorithm.AES_CBC_256,
              EncryptionAlgorithm.CHACHA20_POLY1305,
              EncryptionAlgorithm.AES_GMAC_128,
              EncryptionAlgorithm.AES_GMAC_256,
              EncryptionAlgorithm.NULL),
          Set.of(
              IntegrityAlgorithm.NONE,
              IntegrityAlgorithm.HMAC_SHA2_256_128,
              IntegrityAlgorithm.HMAC_SHA2_384_192,
              IntegrityAlgorithm.HMAC_SHA2_512_256),
          SelectorShape.FIVE_TUPLE,
          Set.of(IpsecMode.TUNNEL, IpsecMode.TRANSPORT),
          true,
          USUAL_WINDOW,
          true,
          true,
          true,
          true,
          true,
          true,
          true,
          true,
          true,
          true,
          true,
          true,
          true,
          true,
          true);

  private CapabilityReader() {}

  /** What this router can do, as it says itself. */
  public static PlaneCapabilities read(Capabilities said) {
    Set<EncryptionAlgorithm> encryption = EnumSet.noneOf(EncryptionAlgorithm.class);
    Set<IntegrityAlgorithm> integrity = EnumSet.noneOf(IntegrityAlgorithm.class);
    for (AlgorithmSuite suite : said.getAlgorithmsList()) {
      for (EncryptionAlgorithm algorithm : EncryptionAlgorithm.values()) {
        if (algorithm.ianaId() == suite.getEncryption()
            && algorithm.keyMaterialOctets() == suite.getEncryptionKeyOctets()) {
          encryption.add(algorithm);
          IntegrityAlgorithm.ofWire(suite.getIntegrity()).ifPresent(integrity::add);
        }
      }
    }
    Set<IpsecMode> modes = EnumSet.noneOf(IpsecMode.class);
    if (said.getTunnelMode()) {
      modes.add(IpsecMode.TUNNEL);
    }
    if (said.getTransportMode()) {
      modes.add(IpsecMode.TRANSPORT);
    }
    return new PlaneCapabilities(
        encryption,
        integrity,
        SelectorShape.FIVE_TUPLE,
        modes,
        said.getEsn(),
        said.getMaxReplayWindow(),
        said.getUdpEncapsulation(),
        said.getIpv6Outer(),
        said.getIpv6Inner(),
        true,
        said.getHold(),
        said.getTrap(),
        said.getMoveSa(),
        true,
        said.getByteLimits(),
        said.getPacketLimits(),
        said.getTimeLimits(),
        true,
        true,
        true,
        // IKE is taken out before any policy (PacketIn), and what the agent sends passes by all.
        true);
  }
}
