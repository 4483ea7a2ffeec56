package io.keyway.plane.infrap4d.settings;

/**
 * Points in which the public sources about infrap4d contradict each other. The defaults are what
 * its only public client does, because that was run against the hardware.
 *
 * @param inboundDirection value of key {@code direction} for inbound SAs: the model says false, the
 *     client sends true
 * @param spiSwapped the number from {@code rx-spi} has its octets in the reverse order of the wire
 * @param algorithmNumbers how algorithms are numbered
 * @param keyLengthWithSalt {@code key_len} counts the salt too
 * @param realMode SAs say the negotiated mode; otherwise always transport, as the outer header is
 *     the tables' work
 * @param reqId the {@code req_id} of every SA
 * @param pathKeysByIndex an inserted SA's path has the keys {@code offload-id} and {@code
 *     direction}; otherwise one key {@code name}. Removals always have both keys
 * @param tunnelRows which {@code is_tunnel} rows of tx classification are written
 */
public record Quirks(
    boolean inboundDirection,
    boolean spiSwapped,
    AlgorithmNumbers algorithmNumbers,
    boolean keyLengthWithSalt,
    boolean realMode,
    long reqId,
    boolean pathKeysByIndex,
    TunnelRows tunnelRows) {

  /** Numbers of AES-GCM with a 16-octet tag. */
  public enum AlgorithmNumbers {
    /** 0, as the device's crypto manager has it. */
    DEVICE(0),
    /** 20, as in IKEv2. */
    IKEV2(20);

    private final int aesGcm16;

    AlgorithmNumbers(int aesGcm16) {
      this.aesGcm16 = aesGcm16;
    }

    public int aesGcm16() {
      return aesGcm16;
    }
  }

  /** Values of {@code is_tunnel} (inner packet rides on a VXLAN underlay) that get a row. */
  public enum TunnelRows {
    BOTH,
    ZERO,
    ONE
  }

  /** What the public client does. */
  public static final Quirks DEFAULT =
      new Quirks(true, true, AlgorithmNumbers.DEVICE, true, false, 2, false, TunnelRows.BOTH);
}
