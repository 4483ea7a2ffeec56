package io.keyway.plane.infrap4d.settings;

import io.keyway.plane.support.settings.HostPort;
import io.keyway.plane.support.settings.SettingsException;
import io.keyway.plane.support.settings.TlsSettings;
import java.util.Map;
import java.util.Objects;

/**
 * Everything that is configured about one device.
 *
 * @param name of the data plane
 * @param p4runtime where P4Runtime is served
 * @param gnmi where gNMI is served; the same address means the same connection
 * @param deviceId number of the device in P4Runtime
 * @param role our role in P4Runtime; empty: the default role
 * @param claimTables the role claims the IPsec tables for itself alone, so rows that are found in
 *     them are ours to replace
 * @param electionPriority the controller with the highest priority leads
 * @param ikeElsewhere IKE does not pass through the tables, so a policy for UDP to the peer cannot
 *     catch it
 * @param maxReplayWindow packets
 */
public record Infrap4dSettings(
    String name,
    HostPort p4runtime,
    HostPort gnmi,
    long deviceId,
    String role,
    boolean claimTables,
    int electionPriority,
    boolean ikeElsewhere,
    int maxReplayWindow,
    TlsSettings tls,
    Quirks quirks,
    Timing timing) {

  /** Role of the public client; infrap4d's role file names it. */
  public static final String DEFAULT_ROLE = "ipsec-ss-plugin";

  /** Packets; no source names the device's limit. */
  public static final int DEFAULT_MAX_REPLAY_WINDOW = 1024;

  public Infrap4dSettings {
    Objects.requireNonNull(name, "name");
    Objects.requireNonNull(p4runtime, "p4runtime");
    Objects.requireNonNull(gnmi, "gnmi");
    Objects.requireNonNull(role, "role");
    Objects.requireNonNull(tls, "tls");
    Objects.requireNonNull(quirks, "quirks");
    Objects.requireNonNull(timing, "timing");
  }

  /** Plaintext on one address with every default; for loopback. */
  public static Infrap4dSettings plaintext(String name, HostPort address) {
    return new Infrap4dSettings(
        name,
        address,
        address,
        1,
        DEFAULT_ROLE,
        true,
        1,
        false,
        DEFAULT_MAX_REPLAY_WINDOW,
        TlsSettings.PLAINTEXT,
        Quirks.DEFAULT,
        Timing.DEFAULT);
  }

  public Infrap4dSettings withTiming(Timing value) {
    return new Infrap4dSettings(
        name,
        p4runtime,
        gnmi,
        deviceId,
        role,
        claimTables,
        electionPriority,
        ikeElsewhere,
        maxReplayWindow,
        tls,
        quirks,
        value);
  }

  /** True when rows found in the IPsec tables are ours; the default role cannot claim any. */
  public boolean claims() {
    return claimTables && !role.isEmpty();
  }

  /** What makes it another device, so that nothing known of the former one holds. */
  public String identity() {
    return p4runtime + "|" + gnmi + "|" + deviceId + "|" + role;
  }

  /**
   * From the leaves of the model's case {@code infrap4d}.
   *
   * @throws SettingsException naming the first leaf that cannot be used
   */
  public static Infrap4dSettings parse(String name, Map<String, String> leaves)
      throws SettingsException {
    return new SettingsParser(leaves).parse(name);
  }
}
