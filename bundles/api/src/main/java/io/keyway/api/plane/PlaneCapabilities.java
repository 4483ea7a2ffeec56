package io.keyway.api.plane;

import io.keyway.api.crypto.EncryptionAlgorithm;
import io.keyway.api.crypto.IntegrityAlgorithm;
import io.keyway.api.sa.IpsecMode;
import java.util.Set;

/**
 * What a data plane can do. Known from its type and settings, so also while it is not connected.
 *
 * @param encryption algorithms with key length
 * @param integrity {@link IntegrityAlgorithm#NONE} where AEADs are carried
 * @param selectorShape what a policy can match
 * @param esn 64-bit sequence numbers
 * @param maxReplayWindow packets
 * @param udpEncapsulation ESP in UDP (RFC 3948)
 * @param ipv6Outer IPv6 tunnel endpoints
 * @param ipv6Inner IPv6 selectors
 * @param spiFromDevice the device gives inbound SPIs
 * @param canHold can drop what waits for an SA
 * @param canTrap can tell that a packet waits
 * @param canMove {@link PlaneChange.MoveSa} works
 * @param saReadBack SAs can be listed from the device
 * @param byteLimits the device ends SAs by volume
 * @param packetLimits the device ends SAs by number of packets
 * @param timeLimits the device ends SAs by time
 * @param outboundCounters outbound packets and bytes are counted
 * @param inboundCounters inbound packets and bytes are counted
 * @param inboundPolicies the inbound policy check after decryption (RFC 4301 section 5.2) exists
 * @param ikeBypassed IKE never passes through the policies of this plane
 */
public record PlaneCapabilities(
    Set<EncryptionAlgorithm> encryption,
    Set<IntegrityAlgorithm> integrity,
    SelectorShape selectorShape,
    Set<IpsecMode> modes,
    boolean esn,
    int maxReplayWindow,
    boolean udpEncapsulation,
    boolean ipv6Outer,
    boolean ipv6Inner,
    boolean spiFromDevice,
    boolean canHold,
    boolean canTrap,
    boolean canMove,
    boolean saReadBack,
    boolean byteLimits,
    boolean packetLimits,
    boolean timeLimits,
    boolean outboundCounters,
    boolean inboundCounters,
    boolean inboundPolicies,
    boolean ikeBypassed) {

  /** What a policy of a plane can match. */
  public enum SelectorShape {
    /**
     * One IPv4 destination address and one protocol; source and ports play no part, so two pairs
     * with the same destination and protocol collide.
     */
    DESTINATION_HOST_AND_PROTOCOL,
    /** Prefixes or ranges on both sides, any or one protocol, port ranges. */
    FIVE_TUPLE
  }

  public PlaneCapabilities {
    encryption = Set.copyOf(encryption);
    integrity = Set.copyOf(integrity);
    modes = Set.copyOf(modes);
  }
}
